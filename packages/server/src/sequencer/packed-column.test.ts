import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedColumn } from './packed-column.js';

const values = fc.array(fc.tuple(fc.uint8Array({ maxLength: 9 }), fc.boolean()), { maxLength: 40 });

test('the values that are kept are the rows, in their order, however they are taken', () => {
  fc.assert(
    fc.property(values, fc.boolean(), (all, oneByOne) => {
      const bytes = Buffer.concat([...all.map(([value]) => value), Buffer.from('behind')]);
      const offsets = Uint32Array.from({ length: all.length + 1 }, (_, i) =>
        all.slice(0, i).reduce((sum, [{ length }]) => sum + length, 0),
      );
      const kept = all.flatMap(([, isKept], place) => (isKept ? [place] : []));
      const column = new PackedColumn(bytes, offsets, kept.length);
      for (let row = 0; row < kept.length; ) {
        let end = row + 1;
        while (!oneByOne && end < kept.length && kept[end] === kept[end - 1]! + 1) end += 1;
        column.take(kept[row]!, kept[end - 1]!, row);
        row = end;
      }
      const rows = kept.map((_, row) => [...column.bytes.subarray(column.offsets[row], column.offsets[row + 1])]);
      expect(rows).toEqual(kept.map((place) => [...all[place]![0]]));
      expect(column.bytes).toHaveLength(rows.flat().length);
    }),
  );
});

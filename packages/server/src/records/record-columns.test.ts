import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeChunk, encodeChunks, type JournalRecord } from './record-codec.js';
import { RecordColumns } from './record-columns.js';

const record = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom(...'abé') }),
  timeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  receivedAtNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  entry: fc
    .tuple(fc.constantFrom(0, 1, 300, 33_000), fc.nat(255))
    .map(([length, byte]) => new Uint8Array(length).fill(byte)),
  sealed: fc.constantFrom(undefined, '[]', 'é'.repeat(40), 's'.repeat(5000)),
});

const plain = (records: readonly JournalRecord[]) =>
  records.map((each) => ({ ...each, entry: Buffer.from(each.entry).toString('base64') }));

function recordsOf(columns: RecordColumns): JournalRecord[] {
  return Array.from({ length: columns.count }, (_, i) => ({
    id: columns.id(i),
    timeNs: columns.timesNs[i]!,
    receivedAtNs: columns.receivedAtNs[i]!,
    entry: columns.entry(i),
    sealed: columns.sealedItems(i),
  }));
}

test('the records of many chunks are there in their order, each with its chunk', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 4 }), (requests) => {
      const columns = new RecordColumns();
      const chunks = requests.flatMap((records, i) => encodeChunks(`tenant-${i}`, records));
      const tenants = chunks.map((chunk) => columns.add(chunk));
      expect(plain(recordsOf(columns))).toEqual(plain(requests.flat()));
      expect(tenants).toEqual(chunks.map((chunk) => Buffer.from(chunk).toString('latin1', 2, 10)));
      requests.flat().forEach(({ id }, i) => {
        expect(columns.haveSameId(0, i)).toBe(id === requests.flat()[0]!.id);
      });
    }),
    { numRuns: 60 },
  );
});

test('entries that lie side by side in other bytes come out as they were', () => {
  const lengths = fc.array(fc.nat(3000), { maxLength: 60 });
  fc.assert(
    fc.property(lengths, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (sizes, isKept) => {
      const bytes = Uint8Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) + 5 }, (_, i) => i);
      let at = 5;
      const records = sizes.map((size, i) => {
        at += size;
        return { id: `${i}`, timeNs: 0n, receivedAtNs: 0n, entry: bytes.subarray(at - size, at), sealed: undefined };
      });
      const kept = records.filter((_, i) => isKept[i]);
      const columns = new RecordColumns();
      for (const chunk of encodeChunks('acme', kept)) columns.add(chunk);
      expect(plain(recordsOf(columns))).toEqual(plain(kept));
    }),
    { numRuns: 60 },
  );
});

test('a chunk that cannot be read leaves what is there as it was', () => {
  const columns = new RecordColumns();
  const [chunk] = encodeChunks('acme', [
    { id: 'a', timeNs: 1n, receivedAtNs: 2n, entry: Uint8Array.of(7), sealed: '[]' },
  ]);
  // As many as it takes until there is room for more than is there.
  for (let i = 0; i < 5; i++) columns.add(chunk!);
  for (const damaged of [chunk!.subarray(0, chunk!.length - 1), Buffer.concat([chunk!, Buffer.alloc(1)])]) {
    expect(() => columns.add(damaged)).toThrow(expect.objectContaining({ kind: 'corrupt' }));
  }
  columns.add(chunk!);
  expect(plain(recordsOf(columns))).toEqual(plain([1, 2, 3, 4, 5, 6].map(() => decodeChunk(chunk!).records[0]!)));
});

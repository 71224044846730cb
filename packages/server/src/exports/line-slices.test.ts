import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportRow } from '../../testing/export-rows.js';
import { SEALED_MARK } from '../ports/scan.js';
import type { ExportRow } from './export-row.js';
import { LineSlices } from './line-slices.js';

/** Pieces of lines as a store frames them, cut between lines wherever the weights say. */
function framed(rows: readonly ExportRow[], isArray: boolean, cuts: readonly boolean[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const lines: Buffer[] = [];
  for (const [place, { entry }] of rows.entries()) {
    const { index, position, sealed } = entry;
    const lead = `${isArray ? ',' : ''}{"index":${index},"position":${position},"event":`;
    const end = sealed === undefined ? '}\n' : `${String.fromCharCode(SEALED_MARK)}${sealed}\n`;
    lines.push(Buffer.concat([Buffer.from(lead), entry.entry, Buffer.from(end)]));
    if (cuts[place % cuts.length] === true) pieces.push(Buffer.concat(lines.splice(0)));
  }
  return [...pieces, Buffer.concat(lines)];
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** What shows the sealed fields of each row, as one that reads them would: by what lies beside the entry. */
const showing = (rows: readonly ExportRow[]) => {
  const asked: number[] = [];
  const show = async (entries: readonly ExportRow['entry'][]) => {
    asked.push(entries.length);
    return entries.map((entry) => {
      const row = rows.find((one) => one.entry.index === entry.index)!;
      expect({ ...entry, entry: Buffer.from(entry.entry).toString() }).toEqual({
        ...row.entry,
        entry: Buffer.from(row.entry.entry).toString(),
      });
      return row.personal;
    });
  };
  return { asked, show };
};

/** Files of so many events, in slices of at most so many. */
async function files(slices: LineSlices, fileEvents: number, sliceEvents: number): Promise<string[]> {
  const made: string[] = [];
  while (!(await slices.isAtEnd())) {
    const file = slices.beginFile();
    const pieces = [file.head()];
    for (let left = fileEvents; left > 0; ) {
      const slice = await file.take(Math.min(left, sliceEvents));
      if (slice === undefined) break;
      left -= slice.events;
      pieces.push(...slice.pieces);
    }
    made.push(Buffer.concat([...pieces, file.tail()]).toString());
  }
  await slices.close();
  return made;
}

/** The same, made of each event as an object. */
function expected(rows: readonly ExportRow[], isArray: boolean, fileEvents: number): string[] {
  const made: string[] = [];
  for (let at = 0; at < rows.length; at += fileEvents) {
    const lines = rows.slice(at, at + fileEvents).map(({ entry, personal }) => {
      const { index, position } = entry;
      const event = JSON.parse(Buffer.from(entry.entry).toString()) as object;
      const whole = JSON.stringify({ index, position, event: '?', ...(personal.length === 0 ? {} : { personal }) });
      expect(event).toBeTypeOf('object');
      return whole.replace('"?"', () => Buffer.from(entry.entry).toString());
    });
    made.push(isArray ? `[\n${lines.join('\n,')}\n]\n` : `${lines.join('\n')}\n`);
  }
  return made;
}

/** With something beside each entry of which something is shown, and beside some others. */
const rows = fc
  .uniqueArray(fc.tuple(exportRow, fc.boolean()), { maxLength: 8, selector: ([row]) => row.entry.index })
  .map((found) =>
    found.map(([row, isSealed]): ExportRow => {
      const sealed = isSealed || row.personal.length > 0 ? '[{"f":["/actor/näme"],"e":"gone"}]' : undefined;
      return { ...row, entry: { ...row.entry, sealed } };
    }),
  );
const sizes = fc.integer({ min: 1, max: 5 });

describe('events as the lines of a store', () => {
  it('are the same bytes as if each were made by itself, however they come and are taken', async () => {
    const cuts = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), cuts, sizes, sizes, async (given, isArray, cut, perFile, perSlice) => {
        const { show } = showing(given);
        const slices = new LineSlices(each(framed(given, isArray, cut)), { isArray, show });
        expect(await files(slices, perFile, perSlice)).toEqual(expected(given, isArray, perFile));
      }),
    );
  });

  it('say which are the first and the last of a slice', async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, async (given, perSlice) => {
        const slices = new LineSlices(each(framed(given, false, [true, false])), {
          isArray: false,
          show: showing(given).show,
        });
        const file = slices.beginFile();
        for (let at = 0; at < given.length; at += perSlice) {
          const slice = (await file.take(perSlice))!;
          const wanted = given.slice(at, at + perSlice).map(({ entry }) => entry);
          expect(slice.events).toBe(wanted.length);
          for (const [found, entry] of [
            [slice.first, wanted[0]!],
            [slice.last, wanted.at(-1)!],
          ] as const) {
            expect([found.index, found.position, Buffer.from(found.entry).toString(), found.sealed]).toEqual([
              entry.index,
              entry.position,
              Buffer.from(entry.entry).toString(),
              entry.sealed,
            ]);
          }
        }
        expect(await file.take(1)).toBeUndefined();
      }),
    );
  });

  it('ask once a slice what is shown, for those with something beside them alone', async () => {
    const given = fc.sample(rows, { numRuns: 30, seed: 1 }).find((found) => found.length > 3)!;
    const sealed = given.filter(({ entry }) => entry.sealed !== undefined).length;
    const { asked, show } = showing(given);
    await files(new LineSlices(each(framed(given, false, [true])), { isArray: false, show }), 100, 100);
    expect(asked).toEqual(sealed === 0 ? [] : [sealed]);
  });

  it('refuse what ends too early, and end their source when they are closed', async () => {
    const cut = new LineSlices(each([Buffer.from('{"index":1,"position":3,"event":{}')]), {
      isArray: false,
      show: undefined,
    });
    await expect(cut.beginFile().take(1)).rejects.toMatchObject({ kind: 'unavailable' });
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.from('{"index":1,"position":3,"event":{}}\n');
      } finally {
        isEnded = true;
      }
    }
    const slices = new LineSlices(endless(), { isArray: false, show: undefined });
    await slices.beginFile().take(2);
    await slices.close();
    expect([isEnded, await slices.isAtEnd()]).toEqual([true, true]);
  });
});

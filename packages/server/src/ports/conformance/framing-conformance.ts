import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, type EventRow } from '../batch-columns.js';
import type { EntryFraming } from '../entry-framing.js';
import type { EventStore } from '../store.js';

export interface FramingHarness {
  /** The store whose entries are framed. */
  store: EventStore;
  framing: EntryFraming;
  dispose(): Promise<void>;
}

const RUN = 8;
const ENTRIES = 5 * RUN;
/** Of two runs: one in the middle, and the last one of all. */
const ABSENT = new Set([2 * RUN + 3, ENTRIES - 1]);
/** Bytes of entries: around those at which other framings change, and the most. */
const LENGTHS = [127, 128, 129, 255, 256, 257, 16_383, 16_384, 65_535];

/** Tests what the port promises, of entries that lie in several parts in no order. */
export function describeEntryFraming(name: string, open: () => Promise<FramingHarness>): void {
  describe(`${name}: framing of entries`, () => {
    let harness: FramingHarness;
    beforeAll(async () => {
      harness = await open();
      const batches = [0, 1, 2].map((part) => [
        ...rowsOf('acme', (index) => index % 3 === part && !ABSENT.has(index)).reverse(),
        ...rowsOf('other', (index) => index % 3 === part),
      ]);
      for (const [i, events] of batches.entries()) await harness.store.insert(batchOf(`b${i}`, events, []));
    });
    afterAll(() => harness?.dispose());

    const framed = async (from: number, to: number) => harness.framing.entries('acme', from, to);
    const expected = async (from: number, to: number) =>
      Buffer.concat((await harness.store.entries('acme', from, to)).flatMap(({ entry }) => [lengthOf(entry), entry]));

    test.each([
      [0, ENTRIES],
      [0, 1],
      [5, 17],
      [2 * RUN, 3 * RUN],
      [7, 7],
      [ENTRIES, ENTRIES + 10],
    ])('of [%i, %i) are the entries with their lengths', async (from, to) => {
      const bytes = Buffer.from(await framed(from, to));
      expect(bytes.equals(await expected(from, to))).toBe(true);
      expect(bytes.length > 0).toBe(from < to && from < ENTRIES);
    });

    test('tells the bytes of each run that is whole, and 0 of others', async () => {
      const sizes = await harness.framing.runBytes('acme', 0, ENTRIES + RUN, RUN);
      const whole = await Promise.all([0, 1, 3].map(async (run) => (await framed(run * RUN, (run + 1) * RUN)).length));
      expect(sizes).toEqual([whole[0], whole[1], 0, whole[2], 0, 0]);
      expect(await harness.framing.runBytes('acme', 3 * RUN, 4 * RUN, RUN)).toEqual([whole[2]]);
      expect(await harness.framing.runBytes('nobody', 0, 2 * RUN, RUN)).toEqual([0, 0]);
      expect(await harness.framing.runBytes('acme', 0, 0, RUN)).toEqual([]);
    });

    test('a tenant is only a name', async () => {
      const evil = "acme' OR tenant_id = 'other";
      expect(await harness.framing.entries(evil, 0, ENTRIES)).toHaveLength(0);
      expect(await harness.framing.runBytes(evil, 0, RUN, RUN)).toEqual([0]);
    });
  });
}

function rowsOf(tenant: string, isWanted: (index: number) => boolean): EventRow[] {
  const rows: EventRow[] = [];
  for (let index = 0; index < ENTRIES; index++) {
    if (!isWanted(index)) continue;
    // Times against the order of the indexes: the order must not come from that of the rows.
    const time = `2026-01-01T00:${String(59 - index).padStart(2, '0')}:00Z`;
    const entry = (message: string) => Buffer.from(JSON.stringify({ id: tenant, message, received_at: time, time }));
    const start = `${index}\n\0"é`;
    const rest = LENGTHS[index % LENGTHS.length]! - entry(start).length;
    rows.push({ tenant, index, position: 2048 + index, entry: entry(start + 'x'.repeat(rest)) });
  }
  return rows;
}

function lengthOf(entry: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(entry.length);
  return length;
}

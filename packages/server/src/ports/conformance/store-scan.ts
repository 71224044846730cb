import { parseFilter } from '@attestlog/event';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchOf } from '../batch-columns.js';
import { type LineForm, SCAN_BATCH_MAX_ENTRIES, type ScanQuery } from '../scan.js';
import { eventRow, type SampleEvent, timeNs } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

/** Some equal, some that differ in the last digit, and in several months. */
const TIMES = [
  '2025-10-06T12:54:12.025979644Z',
  '2025-10-06T12:54:12.025979645Z',
  '2025-10-06T12:54:12Z',
  '2025-11-01T00:00:00Z',
  '2025-09-30T23:59:59.999999999Z',
];
const MANY = SCAN_BATCH_MAX_ENTRIES * 2 + 100;
const ALL = { before: 1_000_000 };

export function describeStoreScan(context: StoreContext): void {
  describe('scan', () => {
    let samples: SampleEvent[];
    const query = (more: Partial<ScanQuery> = {}): ScanQuery => ({ tenant: samples[0]!.tenant, ...ALL, ...more });
    const found = async (more: Partial<ScanQuery> = {}) => {
      const indexes: number[] = [];
      for await (const batch of context.store.scan(query(more))) indexes.push(...batch.map(({ index }) => index));
      return indexes;
    };
    const expected = (fits: (sample: SampleEvent) => boolean = () => true) =>
      samples
        .filter(fits)
        .sort(oldestFirst)
        .map(({ index }) => index);

    beforeAll(async () => {
      const tenant = context.newTenant();
      samples = Array.from({ length: 60 }, (_, index) => ({
        tenant,
        index,
        position: 5000 + index * 3,
        id: `s${index}`,
        time: TIMES[(index * 3) % TIMES.length]!,
        action: index % 4 === 0 ? 'order.reject' : 'order.approve',
        ...(index % 10 === 0 ? { sealed: '[{"f":["/actor/name"],"e":"gone"}]' } : {}),
      }));
      const other = samples.map((sample) => ({ ...sample, tenant: context.newTenant(), id: `o${sample.index}` }));
      // In two batches, so that a scan has to merge.
      for (const half of [0, 1]) {
        const rows = [...samples, ...other].filter((_, place) => place % 2 === half).map(eventRow);
        await context.store.insert(batchOf(context.newToken(), rows, []));
      }
    });

    test('goes through every entry of the tenant once, oldest first', async () => {
      expect(await found()).toEqual(expected());
    });

    test('gives each entry whole', async () => {
      for await (const batch of context.store.scan(query())) {
        for (const { index, position, entry, sealed } of batch) {
          const row = eventRow(samples[index]!);
          expect([position, Buffer.from(entry).toString(), sealed]).toEqual([
            row.position,
            Buffer.from(row.entry).toString(),
            row.sealed,
          ]);
        }
      }
    });

    test('goes on behind any entry where it was left', async () => {
      const whole = expected();
      for (const place of [0, 1, 29, 58, 59]) {
        const index = whole[place]!;
        const after = { timeNs: timeNs(samples[index]!.time), index };
        expect(await found({ after })).toEqual(whole.slice(place + 1));
      }
      expect(await found({ after: { timeNs: timeNs(TIMES[0]!), index: 1000 } })).toEqual(
        expected(({ time }) => timeNs(time) > timeNs(TIMES[0]!)),
      );
    });

    test('has only what lies before the position, in the range of times, and fits the filter', async () => {
      const { filter } = parseFilter('action:order.reject');
      const fromNs = timeNs(TIMES[2]!);
      const toNs = timeNs(TIMES[0]!);
      const more = { before: 5090, fromNs, toNs, filter: filter! };
      const wanted = expected(
        ({ position, time, action }) =>
          position < 5090 && timeNs(time) >= fromNs && timeNs(time) <= toNs && action === 'order.reject',
      );
      expect(wanted.length).toBeGreaterThan(1);
      expect(await found(more)).toEqual(wanted);
      expect(await found({ before: 5000 })).toEqual([]);
    });

    test.each<LineForm>([
      { lead: '', withSealed: true },
      { lead: ',', withSealed: true },
      { lead: '', withSealed: false },
    ])('gives the same as lines: %o', async (form) => {
      const { filter } = parseFilter('action:order.reject OR id:s1*');
      for (const more of [{}, { filter: filter! }, { tenant: context.newTenant() }]) {
        const lines: string[] = [];
        for await (const batch of context.store.scan(query(more))) {
          for (const { index, position, entry, sealed } of batch) {
            const end = form.withSealed && sealed !== undefined ? `\0${sealed}` : '}';
            const event = Buffer.from(entry).toString();
            lines.push(`${form.lead}{"index":${index},"position":${position},"event":${event}${end}\n`);
          }
        }
        const pieces: Uint8Array[] = [];
        for await (const piece of context.store.lines(query(more), form)) pieces.push(Uint8Array.from(piece));
        expect(Buffer.concat(pieces).toString()).toBe(lines.join(''));
      }
    });

    test('is empty for a tenant that has nothing', async () => {
      expect(await found({ tenant: context.newTenant() })).toEqual([]);
    });

    test('is ended by leaving it, and by its signal, and others go on beside it', async () => {
      const tenant = context.newTenant();
      const rows = Array.from({ length: MANY }, (_, index) =>
        eventRow({ tenant, index, position: 10 + index, id: `m${index}`, time: TIMES[index % 3]! }),
      );
      await context.store.insert(batchOf(context.newToken(), rows, []));
      const gone = new AbortController();
      const scan = context.store.scan({ tenant, ...ALL }, { signal: gone.signal })[Symbol.asyncIterator]();
      const first = await scan.next();
      expect(first.value!.length).toBeLessThanOrEqual(SCAN_BATCH_MAX_ENTRIES);
      let lines = 0;
      for await (const piece of context.store.lines({ tenant, ...ALL }, { lead: '', withSealed: true })) {
        const found = Buffer.from(piece).toString('latin1').split('\n').length - 1;
        expect(found).toBeLessThanOrEqual(SCAN_BATCH_MAX_ENTRIES);
        lines += found;
      }
      expect(lines).toBe(MANY);
      let seen = 0;
      for await (const batch of context.store.scan({ tenant, ...ALL })) seen += batch.length;
      expect(seen).toBe(MANY);
      gone.abort();
      await expect(scan.next()).rejects.toMatchObject({ kind: 'cancelled' });
      for await (const batch of context.store.scan({ tenant, ...ALL })) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      expect(await found()).toEqual(expected());
    });
  });
}

function oldestFirst(a: SampleEvent, b: SampleEvent): number {
  const difference = timeNs(a.time) - timeNs(b.time);
  return difference === 0n ? a.index - b.index : difference > 0n ? 1 : -1;
}

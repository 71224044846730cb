import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitEvent, type Filter, formatNs } from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import type { EventStore } from '../../ports/store.js';
import { openChdbStore } from './chdb-store.js';

/** JSON values as hostile as intake lets through: odd keys, deep nesting, numbers at their bounds. */
const key = fc.oneof(
  fc.constantFrom('__proto__', 'a.b', '', '"', '\\', 'id', 'actor', '😀', '\u2028', '\u007f'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const leaf = fc.oneof(
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, -1.5, 9_007_199_254_740_991, -9_007_199_254_740_991, true, null, ''),
  fc.double(),
  fc.string({ unit: 'binary' }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));

function nested(levels: number): unknown {
  let inner: unknown = 'core';
  for (let i = 0; i < levels; i++) inner = i % 2 === 0 ? [inner] : { inner };
  return inner;
}

const receivedAtNs = 1_759_755_252_025_979_644n;
const context = {
  receivedAt: formatNs(receivedAtNs),
  receivedAtNs,
  newId: () => 'never-used',
  maxFutureSkewMs: 0,
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
};

describe('the columns of an entry', () => {
  let store: EventStore;
  let path: string;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-columns-'));
    store = await openChdbStore({
      path,
      readSessions: 1,
      maxReadSeconds: 30,
      maxReadBytes: 1_000_000_000,
      maxServerBytes: 2_000_000_000,
    });
  });
  afterAll(async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  });

  it('are found for every event that intake admits: none is stored out of reach of a search', async () => {
    let batch = 0;
    let admittedEvents = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 40 }), async (contents) => {
        batch += 1;
        const tenant = `tenant-${batch}`;
        const deep = [nested(60), nested(10)];
        const events = [...contents, deep].flatMap(([metadata, request], i) => {
          const id = `event-${batch}-${i}`;
          const event = {
            id,
            action: 'thing.happen',
            actor: { type: 'user', id: `actor-${i}` },
            request,
            metadata: { metadata },
          };
          const admitted = admitEvent(event, context);
          return admitted.ok ? [{ id, row: { tenant, position: 1024 + i, entry: admitted.entry } }] : [];
        });
        admittedEvents += events.length;
        const rows = events.map(({ row }, index) => ({ ...row, index }));
        await store.insert(batchOf(`b-${batch}`, rows, []));
        for (const { id, row } of events) {
          const found = await store.findById(tenant, id, 1_000_000);
          expect(Buffer.from(found!.entry).equals(row.entry)).toBe(true);
        }
        const filter: Filter = { op: 'is', field: 'action', values: ['thing.happen'] };
        const byAction = await store.page({ tenant, before: 1_000_000, limit: 1000, filter });
        expect(byAction).toHaveLength(events.length);
      }),
      { numRuns: 40 },
    );
    // Most of what is generated has to get through, or the test would show nothing.
    expect(admittedEvents).toBeGreaterThan(40);
  });
});

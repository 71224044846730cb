import { createHash } from 'node:crypto';
import { type AdmittedEvent, admitEvent, formatNs } from '@attestlog/event';
import { expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { MemoryJournalState, openMemoryJournal } from '../adapters/memory/memory-journal.js';
import { IdHasher } from '../identity/id-hash.js';
import { PendingIds } from '../identity/pending-ids.js';
import { positionOf } from '../ports/position.js';
import { encodeChunks } from '../records/record-codec.js';
import type { Arrival } from './item.js';
import { UncertainIds } from './uncertain-ids.js';

const clock = new MemoryClock();
const hasher = new IdHasher(1);
const RECEIVED_NS = clock.nowNs();
const LATER_NS = RECEIVED_NS + 5_000_000_000n;
const MAX_AGE_MS = 1_000;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function arrival(value: { id?: string; message?: string }, receivedAtNs = RECEIVED_NS): Arrival {
  const event = { action: 'order.create', ...value };
  const context = { receivedAt: formatNs(receivedAtNs), receivedAtNs, newId: () => 'made', maxFutureSkewMs: 0, sha256 };
  const admitted = admitEvent(event, context) as AdmittedEvent;
  return { place: 0, admitted, key: hasher.key('acme', admitted.id) };
}

function setUp(maxIds = 10) {
  const journal = openMemoryJournal(new MemoryJournalState());
  const pendingIds = new PendingIds();
  const uncertain = new UncertainIds(clock, { maxIds, maxAgeMs: MAX_AGE_MS });
  const write = ({ admitted: { id, timeNs, entry } }: Arrival) =>
    journal.append(encodeChunks('acme', [{ id, timeNs, receivedAtNs: RECEIVED_NS, entry, sealed: undefined }]));
  const search = () => uncertain.search(journal, pendingIds, hasher);
  return { journal, pendingIds, uncertain, write, search };
}

test('only given ids are remembered: nobody can send another one again', () => {
  const { uncertain } = setUp();
  const [given, made] = [arrival({ id: 'a' }), arrival({})];
  uncertain.add([given, made], RECEIVED_NS, 0, sha256);
  expect([uncertain.has(given.key), uncertain.has(made.key), uncertain.size]).toEqual([true, false, 1]);
});

test('an attempt that was applied is found, however late, and enters the pending ids', async () => {
  const { uncertain, pendingIds, write, search } = setUp();
  const first = arrival({ id: 'a' });
  uncertain.add([first], RECEIVED_NS, 0, sha256);
  await search();
  expect(pendingIds.has(first.key)).toBe(false);
  await write(arrival({ id: 'b' }));
  await write(first);
  await search();
  expect([pendingIds.has(first.key), pendingIds.size]).toEqual([true, 1]);
});

test('what was in the journal before the attempt is not searched', async () => {
  const { uncertain, pendingIds, write, search } = setUp();
  const first = arrival({ id: 'a' });
  const [sequence] = await write(first);
  uncertain.add([first], RECEIVED_NS, sequence!, sha256);
  await search();
  expect(pendingIds.has(first.key)).toBe(false);
});

test('an attempt made before a search, and told after it to have failed, is searched for again', async () => {
  const { uncertain, journal, pendingIds, write, search } = setUp();
  const [first, other] = [arrival({ id: 'a' }), arrival({ id: 'b' })];
  uncertain.add([other], RECEIVED_NS, 0, sha256);
  await write(first);
  await search();
  uncertain.add([first], RECEIVED_NS, 0, sha256);
  await search();
  expect(await pendingIds.find(journal, 'acme', 'a', first.key)).toMatchObject({ id: 'a', position: positionOf(1, 0) });
});

test('the same content is told from other content, whenever it is received', () => {
  const { uncertain } = setUp();
  uncertain.add([arrival({ id: 'a' })], RECEIVED_NS, 0, sha256);
  expect(uncertain.differs(arrival({ id: 'a' }, LATER_NS), sha256)).toBe(false);
  expect(uncertain.differs(arrival({ id: 'a', message: 'other' }, LATER_NS), sha256)).toBe(true);
  expect(uncertain.differs(arrival({ id: 'b', message: 'other' }, LATER_NS), sha256)).toBe(false);
});

test('an old attempt is forgotten after a search that had to find it, and not before', async () => {
  const { uncertain, search } = setUp();
  const first = arrival({ id: 'a' });
  uncertain.add([first], RECEIVED_NS, 0, sha256);
  clock.advance(MAX_AGE_MS);
  await search();
  expect(uncertain.has(first.key)).toBe(true);
  clock.advance(1);
  expect(uncertain.has(first.key)).toBe(true);
  await search();
  expect(uncertain.has(first.key)).toBe(false);
});

test('at its limit the oldest is forgotten', () => {
  const { uncertain } = setUp(2);
  const all = ['a', 'b', 'c'].map((id) => arrival({ id }));
  uncertain.add(all, RECEIVED_NS, 0, sha256);
  expect(all.map(({ key }) => uncertain.has(key))).toEqual([false, true, true]);
});

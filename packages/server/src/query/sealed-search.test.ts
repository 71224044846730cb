import {
  defaultSealing,
  type EventInput,
  type Filter,
  parseFilter,
  type SealingPolicy,
  sealingPlan,
} from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { NOW_NS } from '../../testing/sample-records.js';
import { SAMPLE_BLIND_KEY, sealSample } from '../../testing/seal-sample.js';
import { Problem } from '../errors.js';
import type { SearchedSealing } from '../privacy/searching/searched-sealing.js';
import { encodeChunks } from '../records/record-codec.js';
import { EventReader } from './event-reader.js';
import type { SealingOf } from './resolve-filters.js';

const TENANT = 'acme';
const POLICY: SealingPolicy = { fields: [...defaultSealing.fields, { path: '/metadata/iban', search: false }] };
const plan = sealingPlan(POLICY);
const JANE = { id: 'u1', name: 'Jane Doe', email: 'Jane@Company.com' };

const event = (id: string, more: Partial<Omit<EventInput, 'id'>> = {}) => ({
  id,
  action: 'order.approve',
  time: '2025-10-09T08:53:20.000000000Z',
  received_at: '2025-10-09T08:53:20.000000000Z',
  ...more,
});
/** One from before anything was sealed, and three sealed ones. */
const plain = event('before', { actor: JANE, source: { ip: '203.0.113.7' } });
const events = [
  event('jane', { actor: JANE, source: { ip: '203.0.113.7' } }),
  event('max', { actor: { id: 'u2', name: 'Max', email: 'max@company.com' }, source: { ip: '203.0.113.8' } }),
  event('nobody', { metadata: { iban: 'DE02' } }),
];

let pipeline: MemoryPipeline;
let sealing: SearchedSealing;
let asked: string[];

beforeEach(async () => {
  pipeline = new MemoryPipeline();
  const sealed = events.map((one) => sealSample(one, plan));
  const records = [{ event: plain, sealed: undefined }, ...sealed].map(({ event: entry, sealed: beside }) => ({
    id: entry.id,
    timeNs: NOW_NS,
    receivedAtNs: NOW_NS,
    entry: new TextEncoder().encode(JSON.stringify(entry)),
    sealed: beside,
  }));
  await pipeline.ports.journal.append(encodeChunks(TENANT, records));
  await pipeline.sealAll();
  sealing = { plan, blindKey: SAMPLE_BLIND_KEY };
  asked = [];
});

function readerWith(of: SealingOf = () => sealing): EventReader {
  return new EventReader({
    store: pipeline.ports.store,
    progress: pipeline.progress,
    maxWaitMs: 50,
    cursorSecret: new Uint8Array(32),
    sealing: (tenant) => {
      asked.push(tenant);
      return of(tenant);
    },
  });
}

const filterOf = (text: string): Filter => parseFilter(text).filter!;
async function ids(q: string, { grant, reader = readerWith() }: { grant?: string; reader?: EventReader } = {}) {
  const page = await reader.page(TENANT, { q, limit: 9 }, grant === undefined ? {} : { grant: filterOf(grant) });
  return page.entries.map(({ entry }) => (JSON.parse(Buffer.from(entry).toString()) as { id: string }).id);
}

describe('a search', () => {
  test.each([
    ['actor.email:jane@company.com', ['jane', 'before']],
    ['actor.email:(JANE@company.com,max@company.com)', ['max', 'jane', 'before']],
    ['actor.name:"Jane Doe"', ['jane', 'before']],
    // Sealed names are found as they were written, others in any case.
    ['actor.name:"jane doe"', ['before']],
    ['ip:203.0.113.7', ['jane', 'before']],
    ['ip:::ffff:203.0.113.8', ['max']],
    ['actor.email:jane@company.com -id:before', ['jane']],
    ['-actor.email:jane@company.com', ['nobody', 'max']],
    ['actor.email:*', ['max', 'jane', 'before']],
    ['metadata.iban:*', ['nobody']],
    ['any:doe', ['before']],
    ['actor.on_behalf_of.email:jane@company.com', []],
  ])('%s finds %j', async (q, found) => {
    expect(await ids(q)).toEqual(found);
  });

  test.each([
    ['actor.email:*@company.com', 'actor.email', 'like'],
    ['ip:203.0.113.0/24', 'source.ip', 'network'],
    ['-id:x metadata.iban:DE02', 'metadata.iban', 'is'],
  ])('%s is refused with the field and the operator', async (q, field, operator) => {
    await expect(ids(q)).rejects.toMatchObject({
      code: 'sealed-field',
      detail: expect.stringContaining(`${field} is sealed`),
      members: { field, operator },
    });
  });

  test('that asks nothing of what can be sealed needs neither policy nor keys', async () => {
    const reader = readerWith(() => {
      throw new Problem('master-key-unavailable');
    });
    expect(await ids('action:order.* actor:u1 time:>2025-01-01 -session:x', { reader })).toEqual(['jane', 'before']);
    expect(asked).toEqual([]);
    await expect(ids('actor.email:jane@company.com', { reader })).rejects.toMatchObject({
      code: 'master-key-unavailable',
    });
    expect(asked).toEqual([TENANT]);
  });

  test('before a tenant has keys finds what is not sealed', async () => {
    sealing = { plan, blindKey: undefined };
    expect(await ids('actor.email:jane@company.com')).toEqual(['before']);
  });

  test('goes on with its cursor, also when the policy changes meanwhile', async () => {
    const reader = readerWith();
    const q = 'actor.email:jane@company.com';
    const { entries, next } = await reader.page(TENANT, { q, limit: 1 });
    expect(entries).toHaveLength(1);
    sealing = { plan: sealingPlan({ fields: [{ path: '/actor/email', form: 'text' }] }), blindKey: SAMPLE_BLIND_KEY };
    const rest = await reader.page(TENANT, { q, limit: 9, cursor: next! });
    expect(rest.entries).toHaveLength(1);
    // Nothing of the key stands in what the client holds, and another question has another cursor.
    const other = reader.page(TENANT, { q: 'actor.email:max@company.com', limit: 9, cursor: next! });
    await expect(other).rejects.toMatchObject({ code: 'cursor-invalid' });
  });

  test('asks for keys once it is known which events it may find', async () => {
    const reader = readerWith(() => {
      expect(pipeline.progress.sealedThrough).toBe(pipeline.progress.acknowledgedThrough);
      return sealing;
    });
    const late = sealSample(event('late', { actor: JANE }), plan);
    const record = { id: 'late', timeNs: NOW_NS, receivedAtNs: NOW_NS, sealed: late.sealed };
    const entry = new TextEncoder().encode(JSON.stringify(late.event));
    const [sequence] = await pipeline.ports.journal.append(encodeChunks(TENANT, [{ ...record, entry }]));
    pipeline.progress.acknowledge(sequence!);
    const found = ids('actor.email:jane@company.com', { reader });
    await pipeline.sealAll();
    expect(await found).toContain('late');
  });
});

describe('a grant over a sealed field', () => {
  test('gives what it says, by search and by id', async () => {
    const grant = 'actor.email:jane@company.com';
    expect(await ids('*', { grant })).toEqual(['jane', 'before']);
    expect(await ids('-actor.email:jane@company.com', { grant })).toEqual([]);
    const reader = readerWith();
    expect((await reader.get(TENANT, 'jane', { grant: filterOf(grant) })).index).toBe(1);
    await expect(reader.get(TENANT, 'max', { grant: filterOf(grant) })).rejects.toMatchObject({
      code: 'event-unknown',
    });
    const others = filterOf(`-${grant}`);
    await expect(reader.get(TENANT, 'jane', { grant: others })).rejects.toMatchObject({ code: 'event-unknown' });
    expect((await reader.get(TENANT, 'max', { grant: others })).index).toBe(2);
  });

  test.each([
    ['-ip:203.0.113.0/24', 'source.ip', 'network'],
    ['ip:203.0.113.0/24', 'source.ip', 'network'],
    ['-actor.name:"jane doe"', 'actor.name', 'is'],
    ['action:order.approve OR actor.email:*@company.com', 'actor.email', 'like'],
    ['-any:doe', 'any', 'words'],
    ['metadata.iban:DE02', 'metadata.iban', 'is'],
  ])('that cannot be answered gives nothing: %s', async (grant, field, operator) => {
    const refused = { code: 'grant-unanswerable', status: 403, members: { field, operator } };
    await expect(ids('*', { grant })).rejects.toMatchObject(refused);
    await expect(ids('id:max', { grant })).rejects.toMatchObject(refused);
    for (const id of ['max', 'no-such-event']) {
      const one = readerWith().get(TENANT, id, { grant: filterOf(grant) });
      await expect(one).rejects.toMatchObject(refused);
    }
  });

  test('that is fine tells what is wrong with the search', async () => {
    await expect(ids('actor.email:j*', { grant: 'actor:u1' })).rejects.toMatchObject({ code: 'sealed-field' });
  });
});

test('a reader that was told of no sealing finds what is not sealed, by every operator', async () => {
  const reader = new EventReader({
    store: pipeline.ports.store,
    progress: pipeline.progress,
    maxWaitMs: 50,
    cursorSecret: new Uint8Array(32),
  });
  expect(await ids('actor.email:*@company.com', { reader })).toEqual(['before']);
});

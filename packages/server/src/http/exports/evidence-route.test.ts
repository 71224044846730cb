import { createHash } from 'node:crypto';
import {
  ed25519Verifier,
  evidenceFiles,
  evidenceSealBody,
  openCheckpoint,
  openNote,
  parseEvidenceManifest,
  parseRangeProof,
  parseReceipt,
  verifyRange,
  verifyReceipt,
} from '@attestlog/tlog';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { unzipped } from '../../../testing/unzipped.js';

let service: HttpService;
/** Each test has one of its own. */
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  service = await startHttp();
});

beforeEach(() => {
  tenant = `tenant-${++tenants}`;
});

afterAll(async () => {
  await service.close();
});

const get = (url: string, headers = {}) => service.get(url, { 'x-tenant-id': tenant, ...headers });
const rows = () => service.world.store.rows.filter((row) => row.tenant === tenant);

async function record(count: number, more: Record<string, unknown> = {}, name = 'e'): Promise<void> {
  const events = Array.from({ length: count }, (_, i) => sampleEvent(`${name}-${i}`, more));
  const { statusCode } = await service.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': tenant });
  expect(statusCode).toBe(201);
}

async function pack(query = '', headers = {}): Promise<Map<string, Buffer>> {
  const response = await get(`/api/v1/evidence${query}`, headers);
  expect(response.statusCode, response.body.slice(0, 300)).toBe(200);
  return unzipped(response.rawPayload);
}

const text = (files: ReadonlyMap<string, Buffer>, name: string) => files.get(name)!.toString('utf8');
const manifestOf = (files: ReadonlyMap<string, Buffer>) => parseEvidenceManifest(text(files, evidenceFiles.manifest))!;
const namesIn = (files: ReadonlyMap<string, Buffer>, folder: string) =>
  [...files.keys()].filter((name) => name.startsWith(`${folder}/`));
const verifiersOf = (files: ReadonlyMap<string, Buffer>) =>
  text(files, evidenceFiles.key).trim().split('\n').map(ed25519Verifier);
const codeOf = (response: LightMyRequestResponse) => [response.statusCode, response.json().code];

/** Everything that can be checked of any pack, with what is in it. */
function expectSound(files: ReadonlyMap<string, Buffer>): void {
  const verifiers = verifiersOf(files);
  const checkpoint = text(files, evidenceFiles.checkpoint);
  const { origin, size, root } = openCheckpoint(checkpoint, verifiers);
  expect(manifestOf(files)).toMatchObject({ log: origin, tree_size: size, root: Buffer.from(root).toString('base64') });
  for (const name of namesIn(files, 'events')) {
    const receipt = text(files, name.replace('events', 'receipts').replace('.json', '.txt'));
    expect(name).toBe(`events/${verifyReceipt(receipt, files.get(name)!, verifiers, origin).index}.json`);
    expect(parseReceipt(receipt).checkpoint).toBe(checkpoint);
  }
  const sums = [...files].slice(0, -2).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
  expect(text(files, evidenceFiles.sums)).toBe(sums.join(''));
  const seal = openNote(text(files, evidenceFiles.seal), verifiers);
  expect(seal.body).toBe(evidenceSealBody(origin, sha256(files.get(evidenceFiles.sums)!)));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a pack made by a filter', () => {
  test('has the events that fit, with proofs against one checkpoint, and says that more may fit', async () => {
    await record(3, { outcome: 'failure' });
    await record(300, { outcome: 'success' }, 'f');
    const files = await pack('?q=outcome:failure');
    expectSound(files);
    expect(namesIn(files, 'events')).toHaveLength(3);
    expect(namesIn(files, 'receipts')).toHaveLength(3);
    expect(manifestOf(files)).toMatchObject({
      kind: 'filter',
      filter: { q: 'outcome:failure', limited: false },
      counts: { events: 3, removed: 0, newer: 0, opened: 0 },
      made_by: expect.any(String),
      cannot_prove: expect.arrayContaining([expect.stringMatching(/^That nothing was left out/)]),
    });
    expect(files.has(evidenceFiles.rangeProof)).toBe(false);
    expect(text(files, evidenceFiles.readme)).toContain('sha256sum -c SHA256SUMS');
  });

  test('has the entries byte for byte', async () => {
    await record(1, { message: 'ü 😀 "quoted"' });
    const [name] = namesIn(await pack(), 'events');
    const entry = rows().find(({ index }) => `events/${index}.json` === name)!.entry;
    expect(Buffer.compare((await pack()).get(name!)!, entry)).toBe(0);
  });

  test('says its times as they were meant, and may be empty', async () => {
    await record(1);
    const files = await pack('?to=2001-01-01');
    expectSound(files);
    expect(manifestOf(files)).toMatchObject({
      counts: { events: 0 },
      filter: { to: '2001-01-01T23:59:59.999999999Z' },
    });
  });
});

describe('a pack of a range', () => {
  test('has every entry of it, and proves that these are all', async () => {
    await record(600);
    const files = await pack('?from_index=250&to_index=520');
    expectSound(files);
    expect(namesIn(files, 'events')).toHaveLength(270);
    const { size, root } = openCheckpoint(text(files, evidenceFiles.checkpoint), verifiersOf(files));
    const leaves = text(files, evidenceFiles.leaves).trim().split('\n');
    const hashes = Buffer.concat(leaves.map((leaf) => Buffer.from(leaf, 'base64')));
    expect(verifyRange(parseRangeProof(text(files, evidenceFiles.rangeProof)), hashes, size, root)).toBe(true);
    expect(manifestOf(files)).toMatchObject({
      kind: 'range',
      range: { from_index: 250, to_index: 520 },
      counts: { events: 270, removed: 0 },
    });
  });

  test('counts entries that are gone from the store', async () => {
    await record(20);
    const all = service.world.store.rows;
    all.splice(
      all.findIndex((row) => row.tenant === tenant && row.index === 7),
      1,
    );
    const files = await pack('?from_index=0&to_index=20');
    expectSound(files);
    expect(manifestOf(files).counts).toMatchObject({ events: 19, removed: 1 });
    expect(text(files, evidenceFiles.leaves).trim().split('\n')).toHaveLength(20);
  });

  test('is one that the log has, and bounded', async () => {
    await record(5);
    const refused = async (query: string) => codeOf(await get(`/api/v1/evidence?${query}`));
    expect(await refused('from_index=0&to_index=5000')).toEqual([400, 'log-range-invalid']);
    expect(await refused('from_index=3&to_index=3')).toEqual([400, 'query-invalid']);
    expect(await refused('from_index=3')).toEqual([400, 'query-invalid']);
    expect(await refused('from_index=0&to_index=2&q=a')).toEqual([400, 'query-invalid']);
  });
});

test('it is on record before it is handed out, with why and without what was searched for', async () => {
  await record(2);
  await pack('?q=action:order.approve', { 'x-reason': 'audit of the third quarter' });
  const { events: acts } = (await get('/api/v1/events?q=action:evidence.export')).json();
  expect(acts.map(({ event }: { event: unknown }) => event)).toMatchObject([
    { operation: 'execute', metadata: { kind: 'filter', events: 2, openings: false } },
  ]);
  expect(JSON.stringify(acts)).toContain('audit of the third quarter');
  expect(JSON.stringify(acts)).not.toContain('order.approve');
});

test('there is none of a tenant that is not there, and none is made by asking for its head', async () => {
  expect(codeOf(await get('/api/v1/evidence'))).toEqual([404, 'tenant-unknown']);
  const head = await service.request({ method: 'HEAD', url: '/api/v1/evidence' });
  expect(head.statusCode).toBe(405);
});

describe('payloads that were too large for their events', () => {
  const large = (letter: string, count = 70_000) => ({ request: { text: letter.repeat(count) } });
  const refersTo = (files: ReadonlyMap<string, Buffer>, index: number) =>
    JSON.parse(text(files, `events/${index}.json`)).request.$blob.sha256 as string;

  test('are in the pack, each once, under the hash that their events have', async () => {
    await record(2, large('x'));
    await record(1, large('y'), 'other');
    await record(1, {}, 'small');
    const files = await pack('?from_index=0&to_index=4');
    expectSound(files);
    const names = namesIn(files, 'payloads');
    expect(names).toEqual([`payloads/${refersTo(files, 0)}`, `payloads/${refersTo(files, 2)}`]);
    expect(refersTo(files, 1)).toBe(refersTo(files, 0));
    for (const name of names) expect(`payloads/${sha256(files.get(name)!)}`).toBe(name);
    expect(JSON.parse(text(files, names[1]!))).toEqual(large('y').request);
    expect(manifestOf(files).counts).toMatchObject({ events: 4, payloads: 2, payloads_absent: 0 });
  });

  test('are left out where nobody asks for them, or where they are there no longer, and counted', async () => {
    await record(1, large('x'));
    await record(1, large('y'), 'other');
    const without = await pack('?payloads=false');
    expect(namesIn(without, 'payloads')).toEqual([]);
    expect(manifestOf(without).counts).toMatchObject({ payloads: 0, payloads_absent: 2 });
    service.world.objects.objects.delete(`blobs/${tenant}/${refersTo(without, 0)}`);
    const files = await pack();
    expect(namesIn(files, 'payloads')).toEqual([`payloads/${refersTo(files, 1)}`]);
    expect(manifestOf(files).counts).toMatchObject({ payloads: 1, payloads_absent: 1 });
  });

  test('are refused before anything is sent when they are too large together', async () => {
    await record(1, large('z'));
    const row = rows()[0]!;
    const event = JSON.parse(Buffer.from(row.entry).toString());
    const bytes = 16 * 1024 * 1024;
    for (let place = 0; place < 65; place++) {
      event.request.$blob = { ...event.request.$blob, bytes, sha256: place.toString(16).padStart(64, '0') };
      service.world.store.rows.push({ ...row, index: place + 1, entry: Buffer.from(JSON.stringify(event)) });
    }
    const refused = await get('/api/v1/evidence');
    expect(codeOf(refused)).toEqual([422, 'evidence-too-large']);
    expect(refused.json().detail).toContain('payloads=false');
  });
});

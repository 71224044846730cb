import { createHash } from 'node:crypto';
import { type Opening, verifyOpenings } from '@attestlog/event';
import { parseEvidenceManifest } from '@attestlog/tlog';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { unzipped } from '../../../testing/unzipped.js';

const TENANT = { 'x-tenant-id': 'acme' };
const principals = {
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  narrow: samplePrincipal({ kind: 'api-key', subject: 'narrow', roles: ['admin'], filter: 'category:wms' }),
  reader: samplePrincipal({ subject: 'reader', roles: ['audit_reader'] }),
};
type Name = keyof typeof principals;

let http: HttpService;

beforeAll(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/name' },
    replace: asPrincipals((name) => principals[name as Name]),
  });
  const event = (id: string, category: string) =>
    sampleEvent(id, { category, actor: { id: `usr_${id}`, name: `Name of ${id}` } });
  const events = [event('a', 'wms'), event('b', 'hr'), event('c', 'wms')];
  await http.post('/api/v1/events/batch?wait=sealed', events, TENANT);
});

afterAll(() => http.close());

const get = (name: Name, query = '', headers = {}) =>
  http.app.inject({ url: `/api/v1/evidence${query}`, headers: { ...TENANT, ...credentialOf(name), ...headers } });

/** The events of the test in a pack by their ids, each with its openings. */
async function packOf(name: Name, query = '', headers = {}) {
  const response = await get(name, query, headers);
  expect(response.statusCode, response.body.slice(0, 200)).toBe(200);
  const files = unzipped(response.rawPayload);
  const events = new Map<string, { event: unknown; openings: Opening[] | undefined }>();
  for (const [file, bytes] of files) {
    if (!file.startsWith('events/')) continue;
    const event = JSON.parse(bytes.toString()) as { id: string };
    const openings = files.get(file.replace('events', 'openings'));
    if (/^[abc]$/.test(event.id))
      events.set(event.id, { event, openings: openings && JSON.parse(openings.toString()) });
  }
  return { files, events, manifest: parseEvidenceManifest(files.get('manifest.json')!.toString())! };
}

const statesOf = ({ event, openings }: { event: unknown; openings: Opening[] | undefined }, certified: string[] = []) =>
  verifyOpenings(event, openings ?? [], {
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    isCertified: (erasure) => certified.includes(erasure),
  }).map(({ state }) => state);

test('a grant with a filter gives what it finds, said to be so, and no range', async () => {
  const { events, manifest } = await packOf('narrow');
  expect([...events.keys()].sort()).toEqual(['a', 'c']);
  expect(manifest).toMatchObject({ filter: { limited: true }, made_by: principals.narrow.id });
  const range = await get('narrow', '?from_index=0&to_index=1');
  expect([range.statusCode, range.json().code]).toEqual([403, 'permission-denied']);
  expect((await packOf('auditor')).manifest).toMatchObject({ filter: { limited: false } });
});

test('whoever may read, and not export, gets none', async () => {
  expect((await get('reader')).json()).toMatchObject({ code: 'permission-denied' });
});

test('no personal value is in a pack that was not asked to open them', async () => {
  const { files, events, manifest } = await packOf('admin');
  expect(Buffer.concat([...files.values()]).includes('Name of')).toBe(false);
  expect(events.get('a')!.openings).toBeUndefined();
  expect(manifest.counts.opened).toBe(0);
});

test('values are opened for those who may see them, on record, and for nobody else', async () => {
  const { events, manifest } = await packOf('admin', '?q=category:*&openings=true', { 'x-reason': 'audit 7' });
  expect(statesOf(events.get('b')!)).toEqual(['verified']);
  expect(manifest.counts.opened).toBe(3);
  const acts = await http.get('/api/v1/events?q=action:pii.export', TENANT);
  expect(acts.json().events[0].event).toMatchObject({ metadata: { events: 3, fields: 3 }, reason: 'audit 7' });
  expect((await get('auditor', '?openings=true')).json()).toMatchObject({ code: 'permission-denied' });
  expect([...(await packOf('narrow', '?openings=true')).events.keys()].sort()).toEqual(['a', 'c']);
});

test('where the tenant wants a reason for personal data, there has to be one before anything is handed out', async () => {
  const { headers: told } = await http.get('/api/v1/tenants/acme', TENANT);
  const put = await http.request({
    method: 'PUT',
    url: '/api/v1/tenants/acme',
    headers: { 'content-type': 'application/json', 'if-match': told.etag as string },
    payload: JSON.stringify({ settings: { reasonForPersonalData: true } }),
  });
  expect(put.statusCode).toBe(200);
  expect((await get('admin', '?openings=true')).json()).toMatchObject({ code: 'reason-missing' });
  expect((await get('admin')).statusCode).toBe(200);
});

test('an erased value comes with the certificate of its erasure, for those who may see that', async () => {
  const erased = await http.post('/api/v1/privacy/erasures', { subject: 'usr_a', reason: 'request 1' }, TENANT);
  expect(erased.json()).toMatchObject({ state: 'done' });
  const headers = { 'x-reason': 'audit 8' };
  const { files, events } = await packOf('admin', '?q=category:wms&openings=true', headers);
  const certificates = [...files.keys()].filter((name) => name.startsWith('certificates/'));
  expect(certificates.map((name) => name.split('.')[1])).toEqual(['json', 'txt']);
  expect(statesOf(events.get('a')!, [erased.json().id])).toEqual(['erased']);
  expect(statesOf(events.get('c')!)).toEqual(['verified']);
  const narrow = await packOf('narrow', '?openings=true', headers);
  expect(narrow.events.get('a')!.openings).toBeUndefined();
  expect(narrow.events.get('c')!.openings).toHaveLength(1);
});

import { createHash } from 'node:crypto';
import {
  canonicalJson,
  type ErasureCertificate,
  type Opening,
  parseErasureCertificate,
  verifyOpenings,
} from '@attestlog/event';
import { ed25519Verifier, openNote } from '@attestlog/tlog';
import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';

const TENANT = { 'x-tenant-id': 'acme' };
const SEALED = '/actor/name,/actor/email,/source/ip,/metadata/iban';

const principals = {
  writer: samplePrincipal({ subject: 'writer', roles: ['audit_writer'] }),
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  narrow: samplePrincipal({ kind: 'api-key', subject: 'narrow', roles: ['admin'], filter: 'category:wms' }),
  network: samplePrincipal({ kind: 'api-key', subject: 'network', roles: ['auditor'], filter: '-ip:10.0.0.0/8' }),
};
type Name = keyof typeof principals;

let http: HttpService;

beforeEach(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': SEALED },
    replace: asPrincipals((name) => principals[name as Name]),
  });
  await http.post('/api/v1/tenants', { id: 'acme', plan: 'unlimited' });
});
afterEach(() => http.close());

const event = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  action: 'order.approve',
  category: 'wms',
  actor: { id: 'u1', name: 'Jane Doe', email: 'Jane@X.com' },
  source: { ip: '10.1.2.3' },
  ...more,
});
const call = (name: Name, options: InjectOptions) =>
  http.app.inject({ ...options, headers: { ...TENANT, ...credentialOf(name), ...options.headers } });
const get = (name: Name, url: string, headers = {}) => call(name, { url, headers });
const send = (name: Name, method: 'POST' | 'DELETE', url: string, body?: unknown) =>
  call(name, {
    method,
    url,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }),
  });
const record = (...events: unknown[]) => send('writer', 'POST', '/api/v1/events/batch?wait=sealed', events);
async function found(name: Name, q: string): Promise<string[]> {
  const page = (await get(name, `/api/v1/events?q=${encodeURIComponent(`category:wms ${q}`)}`)).json();
  return page.events.map(({ event: { id } }: { event: { id: string } }) => id).sort();
}
async function acts(action: string): Promise<Record<string, unknown>[]> {
  const page = (await get('auditor', `/api/v1/events?action=${action}`)).json();
  return page.events.map((shown: { event: Record<string, unknown> }) => shown.event);
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a sealed event', () => {
  beforeEach(() => record(event('e1')));

  test('has commitments where the values were, in what is stored and proven', async () => {
    const shown = (await get('auditor', '/api/v1/events/e1')).json();
    const { name, email, id } = shown.event.actor;
    expect(id).toBe('u1');
    for (const value of [name, email, shown.event.source.ip]) {
      expect(value).toEqual({ $sealed: expect.stringMatching(/^[0-9a-f]{64}$/) });
    }
    const stored = http.world.store.rows.map(({ entry, sealed }) => Buffer.from(entry).toString() + sealed).join();
    expect(stored).toContain('u1');
    for (const secret of ['Jane', 'jane@x.com', '10.1.2.3']) expect(stored).not.toContain(secret);
  });

  test('is masked for those who may not see personal data, on a page too', async () => {
    const personal = [
      { pointer: '/actor/email', state: 'masked', value: 'J***@X.com' },
      { pointer: '/actor/name', state: 'masked', value: expect.not.stringContaining('Doe') },
      { pointer: '/source/ip', state: 'masked', value: '10.1.2.x' },
    ];
    expect((await get('auditor', '/api/v1/events/e1')).json().personal).toEqual(personal);
    const page = (await get('auditor', '/api/v1/events?q=category:wms')).json();
    expect(page.events[0].personal).toEqual(personal);
    expect(await acts('pii.read')).toEqual([]);
  });

  test('is open for those who may, which is recorded with who and why', async () => {
    const shown = (await get('admin', '/api/v1/events/e1', { 'x-reason': 'ticket 7' })).json();
    expect(shown.personal).toContainEqual({ pointer: '/actor/email', state: 'open', value: 'Jane@X.com' });
    const [unmasking] = await acts('pii.read');
    expect(unmasking).toMatchObject({
      category: 'audit',
      reason: 'ticket 7',
      targets: [{ type: 'event', id: 'e1' }],
      metadata: { events: 1, fields: 3 },
    });
    expect(JSON.stringify(unmasking)).not.toContain('Jane');
  });

  test('is open only where the grant reaches', async () => {
    await record(event('e2', { category: 'hr' }));
    const shown = (await get('narrow', '/api/v1/events/e1')).json();
    expect(shown.personal.map(({ state }: { state: string }) => state)).toEqual(['open', 'open', 'open']);
    expect((await get('narrow', '/api/v1/events/e2')).statusCode).toBe(404);
  });

  test('needs a reason where the tenant wants one', async () => {
    const tenant = await http.get('/api/v1/tenants/acme', TENANT);
    await http.request({
      method: 'PUT',
      url: '/api/v1/tenants/acme',
      headers: { ...TENANT, 'content-type': 'application/json', 'if-match': tenant.headers.etag as string },
      payload: JSON.stringify({ settings: { reasonForPersonalData: true } }),
    });
    expect((await get('admin', '/api/v1/events/e1')).json().code).toBe('reason-missing');
    expect((await get('admin', '/api/v1/events/e1', { 'x-reason': 'why' })).statusCode).toBe(200);
    expect((await get('auditor', '/api/v1/events/e1')).statusCode).toBe(200);
  });

  test('sent once more is a repeat; with another value it is a conflict', async () => {
    expect((await record(event('e1'))).json()).toMatchObject({ duplicates: 1, conflicts: 0 });
    const other = event('e1', { actor: { id: 'u1', name: 'Jane Doe', email: 'other@x.com' } });
    expect((await record(other)).json()).toMatchObject({ duplicates: 0, conflicts: 1 });
  });

  test('is found by what equals its values, and not by what looks into them', async () => {
    await record(event('e2', { actor: { id: 'u2', email: 'bob@x.com' }, source: { ip: '10.9.9.9' } }));
    expect(await found('auditor', 'actor.email:jane@x.com')).toEqual(['e1']);
    expect(await found('auditor', '-actor.email:jane@x.com')).toEqual(['e2']);
    expect(await found('auditor', 'ip:10.1.2.3')).toEqual(['e1']);
    for (const q of ['actor.email:jane*', 'ip:10.0.0.0/8']) {
      const answer = await get('auditor', `/api/v1/events?q=${encodeURIComponent(q)}`);
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'sealed-field']);
    }
  });

  test('shows nothing to a grant that would have to look into it', async () => {
    const answer = await get('network', '/api/v1/events');
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'grant-unanswerable']);
  });

  test('has openings that prove its values', async () => {
    const { entry } = await entryOf('e1');
    const { openings } = (await get('admin', '/api/v1/events/e1/openings')).json();
    const verdicts = verifyOpenings(entry, openings as Opening[], { sha256, isCertified: () => false });
    expect(verdicts.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);
    expect((await get('auditor', '/api/v1/events/e1/openings')).statusCode).toBe(403);
  });

  test('cannot be made by a client', async () => {
    const forged = event('e9', { actor: { id: 'u1', name: { $sealed: 'a'.repeat(64) } } });
    const inMetadata = event('e9', { metadata: { deep: [{ $sealed: 'x' }] } });
    const codes = [];
    for (const one of [forged, inMetadata]) {
      const { results } = (await record(one)).json();
      codes.push([results[0].status, results[0].problems[0].code]);
    }
    expect(codes).toEqual([
      ['refused', 'wrong-type'],
      ['refused', 'reserved-shape'],
    ]);
  });
});

async function entryOf(id: string): Promise<{ entry: unknown }> {
  return { entry: (await get('auditor', `/api/v1/events/${id}`)).json().event };
}

describe('an erasure', () => {
  const erase = (subject: string, more = {}) => send('admin', 'POST', '/api/v1/privacy/erasures', { subject, ...more });
  beforeEach(() => record(event('e1'), event('e2', { metadata: { iban: 'DE89370400440532013000' } }), other));
  const other = event('e3', { actor: { id: 'u2', email: 'bob@x.com' }, source: { ip: '10.9.9.9' } });

  test('leaves nothing to read or to find, and everybody else alone', async () => {
    expect((await erase('u1')).json()).toMatchObject({ state: 'done', entries: 2, fields: 7, keys: 1 });
    for (const id of ['e1', 'e2']) {
      const { personal } = (await get('admin', `/api/v1/events/${id}`)).json();
      expect(new Set(personal.map(({ state }: { state: string }) => state))).toEqual(new Set(['erased']));
    }
    expect(await found('auditor', 'actor.email:jane@x.com')).toEqual([]);
    expect(await found('auditor', 'ip:10.1.2.3')).toEqual([]);
    expect(await found('auditor', 'metadata.iban:DE89370400440532013000')).toEqual([]);
    expect(await found('auditor', 'actor.email:bob@x.com')).toEqual(['e3']);
    const { personal } = (await get('admin', '/api/v1/events/e3')).json();
    expect(personal).toContainEqual({ pointer: '/actor/email', state: 'open', value: 'bob@x.com' });
  });

  test('is certified in the log, so that a verifier can tell erased from missing', async () => {
    const before = await entryOf('e1');
    await erase('u1');
    const after = await entryOf('e1');
    expect(canonicalJson(after.entry as never)).toBe(canonicalJson(before.entry as never));
    const [certified] = await acts('subject.erase');
    const note = (certified!.metadata as { certificate: string }).certificate;
    const keys = (await http.get('/log/acme/key', TENANT)).body.trim().split('\n');
    const { body } = openNote(note, keys.map(ed25519Verifier));
    const certificate = parseErasureCertificate(body) as ErasureCertificate;
    expect(certificate).toMatchObject({ entries: 2, fields: 7 });
    const { openings } = (await get('admin', '/api/v1/events/e1/openings')).json();
    const verdicts = verifyOpenings(after.entry, openings as Opening[], {
      sha256,
      isCertified: (erasure) => erasure === certificate.erasure,
    });
    expect(verdicts.map(({ state }) => state)).toEqual(['erased', 'erased', 'erased']);
  });

  test('does not reach what comes later, and a repeat from before it is a conflict', async () => {
    await erase('u1');
    expect((await record(event('e1'))).json()).toMatchObject({ conflicts: 1 });
    await record(event('e4'));
    const { personal } = (await get('admin', '/api/v1/events/e4')).json();
    expect(personal).toContainEqual({ pointer: '/actor/email', state: 'open', value: 'Jane@X.com' });
    expect(await found('auditor', 'actor.email:jane@x.com')).toEqual(['e4']);
  });

  test('is a conflict while a hold is in force, and so is the deletion of the tenant', async () => {
    const hold = (await send('admin', 'POST', '/api/v1/privacy/holds', { subject: 'u1', reason: 'case 9' })).json();
    const refused = await erase('u1');
    expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'hold-in-force', hold: { id: hold.id } }]);
    expect((await erase('u2')).statusCode).toBe(200);
    const asked = await http.request({ method: 'DELETE', url: '/api/v1/tenants/acme', headers: TENANT });
    const url = `/api/v1/tenants/acme?confirm=${asked.json().confirm}`;
    const deletion = await http.request({ method: 'DELETE', url, headers: TENANT });
    expect([deletion.statusCode, deletion.json().code]).toEqual([409, 'hold-in-force']);
    await send('admin', 'DELETE', `/api/v1/privacy/holds/${hold.id}`);
    expect((await erase('u1')).statusCode).toBe(200);
  });

  test('needs the permission', async () => {
    expect((await send('auditor', 'POST', '/api/v1/privacy/erasures', { subject: 'u1' })).statusCode).toBe(403);
  });
});

describe('an export', () => {
  test('has all of one person’s events with their values', async () => {
    await record(event('e1'), event('e2', { actor: { id: 'u2', email: 'bob@x.com' } }));
    const pack = await send('admin', 'POST', '/api/v1/privacy/exports', { subject: 'u1', receipts: true });
    const lines = pack.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatchObject({ event: { id: 'e1' }, receipt: expect.stringContaining('tlog-proof') });
    expect(lines[1].openings).toContainEqual(expect.objectContaining({ pointer: '/actor/email', value: 'Jane@X.com' }));
    expect(lines[2].manifest).toMatchObject({ events: 1, fields: 3 });
  });
});

describe('a tenant that is deleted', () => {
  test('has no keys any more, and gets none', async () => {
    await record(event('e1'));
    const asked = await http.request({ method: 'DELETE', url: '/api/v1/tenants/acme', headers: TENANT });
    const url = `/api/v1/tenants/acme?confirm=${asked.json().confirm}`;
    expect((await http.request({ method: 'DELETE', url, headers: TENANT })).statusCode).toBe(204);
    const again = await http.post('/api/v1/events', event('e2'), TENANT);
    expect([again.statusCode, again.json().code]).toEqual([410, 'tenant-gone']);
  });
});

describe('the audit trail', () => {
  test('seals who acted, as everybody else', async () => {
    await record(event('e1'));
    await send('admin', 'POST', '/api/v1/privacy/erasures', { subject: 'nobody-at-all' });
    const [requested] = await acts('erasure.request');
    expect(requested).toMatchObject({ source: { ip: { $sealed: expect.any(String) } } });
  });
});

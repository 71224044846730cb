import { createHash } from 'node:crypto';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { Faults } from '../../adapters/memory/faults.js';
import { withRegistryFaults, withStoreFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../../adapters/memory/memory-store.js';

const LARGE = 'x'.repeat(70_000);
const BLOB = createHash('sha256').update(JSON.stringify(LARGE)).digest('hex');
const TENANT = { 'x-tenant-id': 'acme' };

const principals = {
  wms: samplePrincipal({ subject: 'wms', roles: ['wms_reader'] }),
  jane: samplePrincipal({ subject: 'jane', roles: ['user'] }),
  narrow: samplePrincipal({ kind: 'api-key', subject: 'narrow', roles: ['auditor'], filter: 'category:wms' }),
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  writer: samplePrincipal({ subject: 'writer', roles: ['audit_writer'] }),
  across: samplePrincipal({ subject: 'across', tenant: 'other', roles: ['audit_admin'] }),
};
type Name = keyof typeof principals;

let http: HttpService;
let asked: string[];

beforeEach(async () => {
  asked = [];
  const noting = new Faults((operation) => {
    asked.push(operation);
    return undefined;
  });
  http = await startHttp({
    replace: asPrincipals((name) => principals[name as Name]),
    ports: (world) => ({
      registry: withRegistryFaults(openMemoryRegistry(world.registry), noting),
      store: withStoreFaults(openMemoryStore(world.store), noting),
    }),
  });
  const events = [
    sampleEvent('stock', { category: 'wms', request: LARGE }),
    sampleEvent('of-jane', { category: 'hr', actor: { id: 'jane' } }),
    sampleEvent('hidden', { category: 'hr', metadata: { note: BLOB, request: { $blob: { sha256: BLOB } } } }),
  ];
  await http.post('/api/v1/events/batch?wait=sealed', events, TENANT);
  const role = { name: 'wms_reader', template: 'module_reader', parameters: { module: 'wms' } };
  await http.post('/api/v1/roles', role, TENANT);
});
afterEach(() => http.close());

const as = (name: Name, url: string, options: InjectOptions = {}) =>
  http.app.inject({ url, ...options, headers: { ...TENANT, ...credentialOf(name), ...options.headers } });
/** Ids of the events that a page shows, but for those that record what was done. */
async function idsFor(name: Name, query = ''): Promise<string[]> {
  const page = (await as(name, `/api/v1/events${query}`)).json();
  const events = page.events as { event: { id: string; category?: string } }[];
  return events.flatMap(({ event }) => (event.category === 'audit' ? [] : [event.id])).sort();
}

describe('whoever may read some events only', () => {
  test('finds those and no others, whatever is asked for', async () => {
    expect(await idsFor('wms')).toEqual(['stock']);
    expect(await idsFor('narrow')).toEqual(['stock']);
    expect(await idsFor('jane')).toEqual(['of-jane']);
    expect(await idsFor('auditor')).toEqual(['hidden', 'of-jane', 'stock']);
    for (const q of ['category:hr', 'category:hr OR category:wms', '-category:wms', 'id:hidden', 'any:hr']) {
      expect(await idsFor('wms', `?q=${encodeURIComponent(q)}`)).toEqual(q.includes(' OR ') ? ['stock'] : []);
    }
    expect(await idsFor('wms', '?actor=jane')).toEqual([]);
  });

  test.each(['', '/receipt'])('gets %s of the others as little as of those that are not there', async (path) => {
    for (const [name, seen] of [
      ['wms', 'stock'],
      ['narrow', 'stock'],
      ['jane', 'of-jane'],
    ] as const) {
      expect((await as(name, `/api/v1/events/${seen}${path}`)).statusCode).toBe(200);
      const [hidden, absent] = await compare(name, `/api/v1/events/hidden${path}`, `/api/v1/events/absent${path}`);
      expect(hidden.statusCode).toBe(404);
      expect(hidden).toEqual(absent);
    }
  });

  test('gets no bundle of entries, which would hold the others too', async () => {
    for (const name of ['wms', 'narrow', 'jane'] as const) {
      const answer = await as(name, '/log/acme/tile/entries/000.p/3');
      expect([answer.statusCode, answer.json().permission]).toEqual([403, 'log:entries']);
    }
    expect((await as('auditor', '/log/acme/tile/entries/000.p/3')).statusCode).toBe(200);
  });

  test('gets a payload by naming an event of theirs that refers to it', async () => {
    const url = `/api/v1/blobs/${BLOB}`;
    expect((await as('auditor', url)).body).toBe(JSON.stringify(LARGE));
    expect((await as('wms', `${url}?event=stock`)).body).toBe(JSON.stringify(LARGE));
    const unnamed = await as('wms', url);
    expect([unnamed.statusCode, unnamed.json().code]).toEqual([400, 'query-invalid']);
    for (const [name, event] of [
      ['wms', 'hidden'],
      ['wms', 'absent'],
      ['jane', 'stock'],
      ['jane', 'of-jane'],
      ['auditor', 'hidden'],
    ] as const) {
      const answer = await as(name, `${url}?event=${event}`);
      expect([name, event, answer.statusCode, answer.json().code]).toEqual([name, event, 404, 'blob-unknown']);
    }
    const [known, unknown] = await compare('wms', url, `/api/v1/blobs/${'f'.repeat(64)}`);
    expect(known).toEqual(unknown);
  });

  test('goes on with a cursor of their own only, not with one of whoever sees more', async () => {
    await http.post('/api/v1/events?wait=sealed', sampleEvent('stock-2', { category: 'wms' }), TENANT);
    const next = async (name: Name) => (await as(name, '/api/v1/events?limit=1')).json().next as string;
    const [own, wider] = [await next('wms'), await next('auditor')];
    expect((await as('wms', `/api/v1/events?limit=1&cursor=${own}`)).statusCode).toBe(200);
    expect((await as('wms', `/api/v1/events?limit=1&cursor=${wider}`)).json().code).toBe('cursor-invalid');
  });

  test('is told the place of an event that they cannot read neither by a repeat nor by a conflict', async () => {
    const send = (name: Name) =>
      as(name, '/api/v1/events/batch?wait=sealed', {
        method: 'POST',
        payload: [sampleEvent('hidden', { category: 'other' }), sampleEvent(`new-by-${name}`)],
      });
    const [conflict, stored] = (await send('writer')).json().results;
    expect(conflict).toEqual({ status: 'conflict', id: 'hidden', position: expect.any(Number) });
    expect(stored).toMatchObject({ status: 'stored', index: expect.any(Number), receipt: expect.any(String) });
    const [seen] = (await http.post('/api/v1/events/batch?wait=sealed', [sampleEvent('hidden')], TENANT)).json()
      .results;
    expect(seen).toMatchObject({ status: 'conflict', index: expect.any(Number) });
  });
});

describe('reads', () => {
  const audited = (tenant: string) =>
    http.world.store.rows
      .filter((row) => row.tenant === tenant)
      .map(({ entry }) => JSON.parse(Buffer.from(entry).toString()))
      .filter(({ category, operation }) => category === 'audit' && operation === 'read')
      .map(({ action, actor }) => [action, actor.id]);

  test('stand in the log of the tenant that was read, whoever read it', async () => {
    await as('across', '/api/v1/events');
    await as('across', '/api/v1/events/stock');
    await as('across', '/api/v1/events/stock/receipt');
    await as('across', `/api/v1/blobs/${BLOB}`);
    await as('across', '/log/acme/tile/entries/000.p/1');
    await as('wms', '/api/v1/events/stock');
    await expect.poll(() => audited('acme').length).toBe(6);
    expect(audited('acme').sort()).toEqual([
      ['blob.read', 'across'],
      ['event.read', 'across'],
      ['event.read', 'wms'],
      ['event.search', 'across'],
      ['log.read', 'across'],
      ['receipt.read', 'across'],
    ]);
    expect(audited('other')).toEqual([]);
  });

  test('of a tenant that is not there make none', async () => {
    expect((await http.get('/api/v1/events', { 'x-tenant-id': 'nowhere' })).statusCode).toBe(200);
    expect(http.world.registry.documents.has('tenant.nowhere')).toBe(false);
  });
});

/** What two requests are answered with, and what each asks of the ports, without what differs from moment to moment. */
async function compare(name: Name, ...urls: [string, string]) {
  const seen: object[] = [];
  for (const url of urls) {
    await as(name, url);
    asked = [];
    const answer = await as(name, url, { headers: { 'x-request-id': 'r' } });
    seen.push({ ...withoutDate(answer), asked: [...asked] });
  }
  return seen as [{ statusCode: number }, object];
}

function withoutDate({ statusCode, headers, body }: LightMyRequestResponse) {
  const { date: _, ...others } = headers;
  return { statusCode, headers: others, body };
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';

const TENANT = { 'x-tenant-id': 'acme' };
const LARGE = 'x'.repeat(70_000);
const key = (filter: string, roles = ['auditor']) => samplePrincipal({ kind: 'api-key', subject: 'k', roles, filter });

const principals = {
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  admin: samplePrincipal({ subject: 'admin', roles: ['audit_admin'] }),
  janes: key('actor.email:jane@company.com'),
  others: key('-actor.email:jane@company.com'),
  network: key('-ip:203.0.113.0/24'),
  somebody: key('actor.email:*@company.com'),
};
type Name = keyof typeof principals;

let http: HttpService;

beforeEach(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/name,/actor/email,/source/ip,/message' },
    replace: asPrincipals((name) => principals[name as Name]),
  });
  const events = [
    sampleEvent('jane', {
      actor: { id: 'u1', name: 'Jane Doe', email: 'Jane@Company.com' },
      source: { ip: '203.0.113.7' },
      message: 'salary of jane',
      request: LARGE,
    }),
    sampleEvent('max', { actor: { id: 'u2', name: 'Max', email: 'max@company.com' }, source: { ip: '203.0.113.8' } }),
  ];
  const stored = await http.post('/api/v1/events/batch?wait=sealed', events, TENANT);
  expect(stored.statusCode).toBe(201);
});
afterEach(() => http.close());

const as = (name: Name, url: string) => http.app.inject({ url, headers: { ...TENANT, ...credentialOf(name) } });
const search = (name: Name, q: string) => as(name, `/api/v1/events?q=${encodeURIComponent(`(${q}) -category:audit`)}`);
async function idsFor(name: Name, q = '*'): Promise<string[]> {
  const answer = await search(name, q);
  expect(answer.statusCode).toBe(200);
  return (answer.json().events as { event: { id: string } }[]).map(({ event }) => event.id);
}

describe('whoever sees values masked', () => {
  test.each([
    ['actor.email:jane@company.com', ['jane']],
    ['actor.email:(JANE@COMPANY.COM,max@company.com)', ['max', 'jane']],
    ['actor.name:"Jane Doe"', ['jane']],
    ['ip:203.0.113.7', ['jane']],
    ['-ip:203.0.113.7', ['max']],
    ['message.text:"salary of jane"', ['jane']],
    ['message:*', ['jane']],
    ['actor.email:jane', []],
    ['any:salary', []],
  ])('finds by equality: %s', async (q, ids) => {
    expect(await idsFor('auditor', q)).toEqual(ids);
    expect(await idsFor('admin', q)).toEqual(ids);
  });

  test('still sees a mask of what was found', async () => {
    const answer = await search('auditor', 'actor.email:jane@company.com');
    expect(answer.json().events[0].personal).toContainEqual({
      pointer: '/actor/email',
      state: 'masked',
      value: expect.stringMatching(/^\w\*+@/),
    });
    expect(answer.body).not.toMatch(/jane@company/i);
  });

  test.each([
    'actor.email:j*',
    'actor.email:*@company.com',
    'actor.name:"jane d"*',
    'ip:203.0.113.0/25',
    'ip:203.*',
    'salary',
    'message:"salary of"',
    'message.text:*salary*',
    '-salary',
    'actor:u1 (outcome:denied OR -actor.email:j*)',
  ])('learns nothing more by another operator: %s', async (q) => {
    for (const name of ['auditor', 'admin'] as const) {
      const answer = await search(name, q);
      expect(answer.statusCode).toBe(422);
      const { code, detail, field, operator } = answer.json();
      expect(code).toBe('sealed-field');
      expect(detail).toContain(field);
      expect(['like', 'network', 'words']).toContain(operator);
    }
  });
});

describe('a grant over a sealed field', () => {
  test('gives its events by every way to them', async () => {
    expect(await idsFor('janes')).toEqual(['jane']);
    expect(await idsFor('others')).toEqual(['max']);
    for (const [name, id, status] of [
      ['janes', 'jane', 200],
      ['janes', 'max', 404],
      ['others', 'max', 200],
      ['others', 'jane', 404],
    ] as const) {
      expect((await as(name, `/api/v1/events/${id}`)).statusCode).toBe(status);
      expect((await as(name, `/api/v1/events/${id}/receipt`)).statusCode).toBe(status);
    }
    const { sha256 } = (await as('janes', '/api/v1/events/jane')).json().event.request.$blob;
    expect((await as('janes', `/api/v1/blobs/${sha256}?event=jane`)).statusCode).toBe(200);
    expect((await as('others', `/api/v1/blobs/${sha256}?event=jane`)).statusCode).toBe(404);
  });

  test('that cannot be answered gives nothing, and says what to change', async () => {
    for (const [name, field] of [
      ['network', 'source.ip'],
      ['somebody', 'actor.email'],
    ] as const) {
      for (const path of ['', '?q=id:max', '/max', '/max/receipt', '/no-such-event']) {
        const answer = await as(name, `/api/v1/events${path}`);
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({ code: 'grant-unanswerable', field });
        expect(answer.json().detail).toContain(field);
      }
    }
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { type LiveClient, openSse, openWebSocket } from '../../../testing/live-client.js';
import { samplePrincipal } from '../../../testing/principals.js';
import type { Principal } from '../../access/principal.js';

let http: HttpService;
let reader: Principal | undefined;
let url: string;
let client: LiveClient;
/** How often the reader's credential was looked at. */
let checks: number;

const IN_ACME = { 'x-tenant-id': 'acme' };
const post = (id: string, actor = 'u1') =>
  http.post('/api/v1/events', sampleEvent(id, { actor: { id: actor } }), IN_ACME);
const putRole = (filter?: string) =>
  http.request({
    method: 'PUT',
    url: '/api/v1/roles/watchers',
    headers: { 'if-match': '*', 'content-type': 'application/json', ...IN_ACME },
    payload: JSON.stringify({ grants: [{ permissions: ['events:stream'], ...(filter && { filter }) }] }),
  });

beforeEach(async () => {
  reader = samplePrincipal({ roles: ['watchers'] });
  checks = 0;
  const findReader = () => {
    checks += 1;
    return reader;
  };
  http = await startHttp({ replace: asPrincipals(findReader) });
  await post('first');
  await http.post('/api/v1/roles', { name: 'watchers', grants: [{ permissions: ['events:stream'] }] }, IN_ACME);
  url = `${await http.listen()}/api/v1/events/stream?q=action:order.*`;
});
afterEach(async () => {
  client.close();
  await http.close();
});

/** Resolves when a check of the one stream has ended that began after the call: the next one has begun. */
async function rechecked(): Promise<void> {
  const before = checks;
  await expect.poll(() => checks).toBeGreaterThanOrEqual(before + 2);
}

describe.each([
  ['server-sent events', openSse],
  ['a WebSocket', openWebSocket],
])('a stream by %s', (_what, open) => {
  beforeEach(async () => {
    client = await open(url, credentialOf('reader'));
    await client.next();
  });

  test('goes on while its credential and its roles stand', async () => {
    for (const id of ['a', 'b']) {
      await rechecked();
      await post(id);
      expect((await client.event()).event.id).toBe(id);
    }
  });

  test.each([
    [
      'its credential was revoked',
      'credential-invalid',
      async () => {
        reader = undefined;
      },
    ],
    [
      'a role was taken away',
      'permission-denied',
      () => http.request({ method: 'DELETE', url: '/api/v1/roles/watchers', headers: { 'if-match': '*', ...IN_ACME } }),
    ],
  ])('ends when %s', async (_why, code, change) => {
    await change();
    const end = await client.end();
    expect(end).toMatchObject({ error: { code }, next: expect.any(Number) });
    await post('late');
    await expect(client.next()).rejects.toThrow('over');
    while (http.services.live.counts.streams > 0) await pause(5);
  });

  test('gives what the grant gives now, when it is another one', async () => {
    const { statusCode } = await putRole('actor:jane');
    expect(statusCode).toBe(200);
    await rechecked();
    await post('of-joe', 'joe');
    await post('of-jane', 'jane');
    expect((await client.event()).event.id).toBe('of-jane');
  });
});

test('a client that takes nothing is let go at once when its credential is revoked', async () => {
  const paused = await openSse(url, credentialOf('reader'));
  client = paused;
  await paused.next();
  paused.pause();
  const message = 'x'.repeat(10_000);
  for (let batch = 0; batch < 40; batch++) {
    const events = Array.from({ length: 20 }, (_, n) => sampleEvent(`e${batch * 20 + n}`, { message }));
    await http.post('/api/v1/events/batch?wait=sealed', events, IN_ACME);
  }
  reader = undefined;
  while (http.services.live.counts.streams > 0) await pause(5);
  expect(http.services.live.counts.waitingBytes).toBe(0);
});

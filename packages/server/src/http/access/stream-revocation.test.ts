import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import type { Principal } from '../../access/principal.js';

/** A little more than the time for which a stream counts on what the guard found. */
const RECHECKED_MS = 700;

let http: HttpService;
let writer: Principal | undefined;
let request: ClientRequest;
let lines: AsyncIterator<string>;
let reader: Interface;

const line = (id: string) => `${JSON.stringify(sampleEvent(id))}\n`;
const nextLine = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;

beforeEach(async () => {
  writer = samplePrincipal({ roles: ['writers'] });
  http = await startHttp({ replace: asPrincipals(() => writer) });
  await http.post('/api/v1/events', sampleEvent('first'), { 'x-tenant-id': 'acme' });
  const role = { name: 'writers', grants: [{ permissions: ['events:write'] }] };
  await http.post('/api/v1/roles', role, { 'x-tenant-id': 'acme' });
  const url = await http.listen();
  request = httpRequest(`${url}/api/v1/events/stream`, {
    method: 'POST',
    headers: { ...credentialOf('writer'), 'content-type': 'application/x-ndjson' },
  });
  request.on('error', () => undefined);
  const answered = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  request.write(line('a'));
  reader = createInterface({ input: await answered });
  lines = reader[Symbol.asyncIterator]();
  expect(await nextLine()).toMatchObject({ id: 'a', status: 'stored' });
});
afterEach(async () => {
  reader.close();
  request.destroy();
  await http.close();
});

describe('a stream that goes on', () => {
  test('goes on while its credential and its roles stand', async () => {
    for (const id of ['b', 'c']) {
      await pause(RECHECKED_MS);
      request.write(line(id));
      expect(await nextLine()).toMatchObject({ id, status: 'stored' });
    }
    request.end();
    expect(await nextLine()).toMatchObject({ done: true, stored: 3 });
  });

  test.each([
    [
      'its credential was revoked',
      'credential-invalid',
      async () => {
        writer = undefined;
      },
    ],
    [
      'a role was taken away',
      'permission-denied',
      () =>
        http.request({
          method: 'DELETE',
          url: '/api/v1/roles/writers',
          headers: { 'if-match': '*', 'x-tenant-id': 'acme' },
        }),
    ],
  ])('ends when %s, with nothing stored after it', async (_what, code, change) => {
    await change();
    await pause(RECHECKED_MS);
    request.write(line('late'));
    expect(await nextLine()).toMatchObject({ done: false, stored: 1, error: { code } });
    const { statusCode } = await http.get('/api/v1/events/late', { 'x-tenant-id': 'acme' });
    expect(statusCode).toBe(404);
  });
});

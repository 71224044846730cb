import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HostileServer } from './hostile-server.js';

let server: HostileServer;
beforeAll(async () => {
  server = await HostileServer.start({ ATTESTLOG_SIGNING_KEY_PER: 'tenant' });
});
afterAll(() => server?.process.dispose());

const NO_TENANTS = [
  ...String.raw`. .. ../ ../../etc ..\ %2e%2e %2e%2e%2f ..%2f..%2f / // /etc/passwd a/b a\b A Default a.b -a _a %00 a%00
    ä ａ ' " a,b a;b * {tenant} __proto__ constructor/ %c0%ae%c0%ae`.split(/\s+/),
  ...['a b', 'a\u202eb', '\u00a0', 'a'.repeat(64), 'a'.repeat(5_000)],
];

/** Header values are bytes; what is not Latin-1 is sent as UTF-8. */
const inHeader = (text: string) => Buffer.from(text).toString('latin1');

test.each(NO_TENANTS)('the tenant %j gets no events and makes no file', async (tenant) => {
  const before = await readdir(server.process.data, { recursive: true });
  const answer = await server.send({
    method: 'POST',
    path: '/api/v1/events',
    headers: [
      ['x-tenant-id', inHeader(tenant)],
      ['content-type', 'application/json'],
    ],
    body: Buffer.from('{"action":"a.b"}'),
  });
  expect(answer?.status).toBe(400);
  const outside = (names: string[]) => names.filter((name) => !name.startsWith('chdb'));
  expect(outside(await readdir(server.process.data, { recursive: true }))).toEqual(outside(before));
});

test.each(NO_TENANTS)('the path of the tenant %j leads to nothing', async (tenant) => {
  for (const path of [tenant, encodeURIComponent(tenant)]) {
    const raw = path.replaceAll(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
    for (const rest of ['checkpoint', 'key', 'tile/0/000.p/1', 'tile/entries/000.p/1']) {
      const answer = await server.send({ method: 'GET', path: `/log/${raw}/${rest}` });
      expect([400, 404], `${raw}/${rest}: ${answer?.body}`).toContain(answer?.status);
    }
  }
});

test('a tenant header that is sent twice, or with more than the name, is refused', async () => {
  for (const names of [['alpha', 'beta'], ['alpha', 'alpha'], ['alpha, beta']]) {
    const headers = names.map((name) => ['x-tenant-id', name] as const);
    expect((await server.send({ method: 'GET', path: '/api/v1/events', headers }))?.status).toBe(400);
  }
});

const PUBLIC = '/log/before';
const NO_TILES = `tile/0/0 tile/0/00 tile/0/0000 tile/0/x00/000 tile/0/x000 tile/00/000 tile/-1/000 tile/64/000
  tile/0/000.p/0 tile/0/000.p/256 tile/0/000.p/01 tile/0/000.p/ tile/0/000.p/1/1 tile/0/001 tile/5/000.p/1 tile/0/٠٠٠
  tile/0/x999/x999/x999/x999/x999/999 tile/0/000/../000 tile/0/%30%30%30/ tile//000 tile/entries/ tile/ tile/1e3/000
  tile/entries/-01 tile/entries/x000/x000 tile/entries/000.p/257 tile/entries/000%2ep/9`.split(/\s+/);

test.each(NO_TILES)('%j is no tile', async (path) => {
  const raw = path.replaceAll(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
  const answer = await server.send({ method: 'GET', path: `${PUBLIC}/${raw}` });
  expect([400, 404], String(answer?.body)).toContain(answer?.status);
});

const digest = '0123456789abcdef';
const base64 = (text: string) => Buffer.from(text).toString('base64url');
const NO_CURSORS = [
  ...[
    '',
    'x',
    '%00',
    '../../x',
    'a'.repeat(513),
    base64('1.1.'),
    base64(`1.1.${digest}`),
    base64(`9999999999999999999.1.${digest}`),
  ],
  ...[
    base64(`-1.-1.${digest}`),
    base64(`1.9999999999999999.${digest}`),
    base64("1' OR '1'='1.1.0"),
    `${base64(`1.1.${digest}`)}====`,
  ],
];

test.each(NO_CURSORS)('%j is no cursor', async (cursor) => {
  const answer = await server.send({ method: 'GET', path: `/api/v1/events?cursor=${cursor}` });
  expect(answer?.status, String(answer?.body)).toBe(400);
});

test('the server is unharmed, and its folder has nothing that nobody asked for', async () => {
  await server.expectUnharmed();
  const folders = await readdir(join(server.process.data, 'keys'));
  expect(folders.filter((name) => !/^(deployment|master|tenant-(before|after))$/.test(name))).toEqual([]);
});

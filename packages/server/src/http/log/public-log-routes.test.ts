import { gunzipSync } from 'node:zlib';
import { decodeBundle, leafHash, noteVerifier, openCheckpoint } from '@attestlog/tlog';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;
const SIZE = 300;

beforeAll(async () => {
  http = await startHttp();
  await http.post(
    '/api/v1/events/batch',
    Array.from({ length: SIZE }, (_, i) => sampleEvent(`e${i}`)),
  );
  await http.get('/api/v1/log');
});
afterAll(() => http.close());

const open = (url: string, headers: Record<string, string> = {}) => http.app.inject({ url, headers });

test('the checkpoint is text that is kept for a second', async () => {
  const answer = await open('/log/default/checkpoint');
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'public, max-age=1',
  });
  const verifiers = (await open('/log/default/key')).body.trim().split('\n').map(noteVerifier);
  expect(openCheckpoint(answer.body, verifiers, 'attestlog.local/default').size).toBe(SIZE);
});

test('hash tiles never change, are kept for ever, and are never said to be compressed', async () => {
  const answer = await open('/log/default/tile/0/000', { 'accept-encoding': 'gzip' });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.rawPayload).toHaveLength(8192);
  const partial = await open('/log/default/tile/0/001.p/44');
  expect(partial.rawPayload).toHaveLength(44 * 32);
  const row = http.world.store.rows.find(({ index }) => index === 256)!;
  expect(partial.rawPayload.subarray(0, 32).equals(leafHash(row.entry))).toBe(true);
  expect((await open('/log/default/tile/1/000.p/1')).rawPayload).toHaveLength(32);
});

test('entry bundles hold the entries, for who has a key, and in private', async () => {
  const url = '/log/default/tile/entries/000';
  expect((await open(url)).statusCode).toBe(401);
  const answer = await http.get(url);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
  });
  const entries = decodeBundle(answer.rawPayload, 256);
  const rows = http.world.store.rows.toSorted((a, b) => a.index - b.index);
  expect(entries.every((entry, i) => Buffer.compare(entry, rows[i]!.entry) === 0)).toBe(true);
  const compressed = await http.get(url, { 'accept-encoding': 'gzip' });
  expect(compressed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(compressed.rawPayload).equals(answer.rawPayload)).toBe(true);
  expect(decodeBundle((await http.get('/log/default/tile/entries/001.p/44')).rawPayload, 44)).toHaveLength(44);
});

describe('what there is not is 404', () => {
  test.each([
    '/log/default/tile/0/001',
    '/log/default/tile/0/001.p/200',
    '/log/default/tile/0/002.p/1',
    '/log/default/tile/1/000',
    '/log/default/tile/2/000.p/1',
    '/log/default/tile/64/000',
    '/log/default/tile/0/000.p/0',
    '/log/default/tile/0/000.p/256',
    '/log/default/tile/0/0',
    '/log/default/tile/0/x001/000',
    '/log/default/tile/00/000',
    '/log/default/tile/0/',
    '/log/default/tile/',
    '/log/default/tile/0/..%2f..',
    '/log/default/tile/entries/001',
    '/log/default/tile/entries/001.p/200',
    '/log/default/tile/entries/x/000',
  ])('%s', async (url) => {
    const answer = await http.get(url);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'tile-unknown']);
    expect(answer.headers['cache-control']).toBeUndefined();
  });

  test.each(['nobody', 'UPPER', '..', '%2e%2e', 'a%2fb', 'x'.repeat(64), '%00'])('the log of %s', async (tenant) => {
    for (const rest of ['checkpoint', 'key', 'tile/0/000']) {
      expect((await http.get(`/log/${tenant}/${rest}`)).statusCode).toBe(404);
    }
  });
});

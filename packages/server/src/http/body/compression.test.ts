import { gunzipSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compressAnswers, takesGzip } from './compression.js';

let app: FastifyInstance;

beforeEach(() => {
  app = fastify();
  compressAnswers(app);
});
afterEach(() => app.close());

/** The answer to a client that takes gzip, where the route answers this. */
async function answerOf(
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = { 'accept-encoding': 'gzip' },
) {
  app.get('/', async (_request, reply) => reply.type(type).send(body));
  return app.inject({ url: '/', headers });
}

const large = '{"a":"b"} '.repeat(500);

describe('a large answer', () => {
  test.each(['application/json; charset=utf-8', 'application/problem+json', 'text/plain', 'application/octet-stream'])(
    'of %s is compressed',
    async (type) => {
      const answer = await answerOf(type, large);
      expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
      expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
      expect(gunzipSync(answer.rawPayload).toString()).toBe(large);
    },
  );

  test.each([
    ['gzip', [0x1f, 0x8b, 8]],
    ['deflate', [0x78, 0x9c]],
    ['deflate', [0x68, 0x05]],
  ])('that looks like %s is compressed all the same', async (_what, start) => {
    const bytes = Buffer.concat([Buffer.from(start), Buffer.alloc(8192, 7)]);
    const answer = await answerOf('application/octet-stream', bytes);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.rawPayload).equals(bytes)).toBe(true);
  });

  test('is not compressed for who does not take it, and says that it could be', async () => {
    const answer = await answerOf('text/plain', large, {});
    expect([answer.headers['content-encoding'], answer.headers.vary]).toEqual([undefined, 'accept-encoding']);
    expect(answer.body).toBe(large);
  });

  test('of another type is left alone', async () => {
    const answer = await answerOf('image/png', large);
    expect([answer.headers['content-encoding'], answer.headers.vary]).toEqual([undefined, undefined]);
  });
});

test('a small answer is left as it is', async () => {
  const answer = await answerOf('text/plain', 'small');
  expect([answer.headers['content-encoding'], answer.body]).toEqual([undefined, 'small']);
});

test('HEAD tells the same as GET', async () => {
  const get = await answerOf('text/plain', large);
  const head = await app.inject({ method: 'HEAD', url: '/', headers: { 'accept-encoding': 'gzip' } });
  expect(head.rawPayload).toHaveLength(0);
  for (const name of ['content-encoding', 'content-length', 'vary']) expect(head.headers[name]).toBe(get.headers[name]);
});

test.each([
  ['gzip', true],
  ['deflate, GZIP;q=0.5, br', true],
  ['x-gzip', true],
  ['*', true],
  ['gzip;q=0', false],
  ['*;q=0', false],
  ['*, gzip;q=0', false],
  ['br', false],
  ['identity', false],
  ['', false],
  [undefined, false],
  ['gzip;q=x', false],
])('Accept-Encoding %j: %s', (header, takes) => {
  expect(takesGzip(header)).toBe(takes);
});

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawAnswer } from '../../support/raw-http.js';
import { HostileServer } from './hostile-server.js';
import { gzipBomb, zstdBomb, zstdStored } from './zip-bombs.js';

const ROUTES = ['/api/v1/events', '/api/v1/events/batch', '/api/v1/events/stream'] as const;
const BOMBS_AT_ONCE = 12;
/** Too large by itself, or with the others. */
const BOMB_VERDICTS = [[413], [429], ['body-too-large'], ['too-many-requests']];
const EVENT = '{"action":"order.approve"}';

let server: HostileServer;
beforeAll(async () => {
  server = await HostileServer.start({ ATTESTLOG_MAX_INTAKE_BYTES: '64MiB' });
});
afterAll(() => server?.process.dispose());

function post(path: string, body: Uint8Array | string, ...headers: [string, string][]): Promise<RawAnswer | undefined> {
  const type = path.endsWith('stream') ? 'application/x-ndjson' : 'application/json';
  const own = headers.some(([name]) => name === 'content-type');
  return server.send({
    method: 'POST',
    path,
    headers: own ? headers : [['content-type', type], ...headers],
    body: Buffer.from(body),
  });
}

/** What the server says of a body: the status, and for a stream the statuses of its lines. */
async function verdict(path: string, body: Uint8Array | string, ...headers: [string, string][]): Promise<unknown[]> {
  const answer = await post(path, body, ...headers);
  if (answer?.status !== 200 && answer?.status !== 207) return [answer?.status];
  const text = answer.body.toString('utf8');
  if (answer.status === 207)
    return (JSON.parse(text) as { results: { status: string }[] }).results.map(({ status }) => status);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { status?: string; error?: { code: string } });
  return lines.map(({ status, error }) => status ?? error?.code ?? 'done');
}

const deep = (levels: number) => `{"action":"a.b","metadata":${'{"x":'.repeat(levels)}1${'}'.repeat(levels)}}`;
const refusedEvents: [name: string, body: string | Uint8Array][] = [
  ['NUL in a text', '{"action":"a.b","message":"a\\u0000b"}'],
  ['a raw NUL', '{"action":"a.b","message":"a\0b"}'],
  ['a lone surrogate', '{"action":"a.b","message":"\\ud800"}'],
  ['invalid UTF-8', Buffer.from('{"action":"a.b","message":"\xff\xfe"}', 'latin1')],
  ['1e400', '{"action":"a.b","metadata":{"n":1e400}}'],
  ['an integer over 2^53', '{"action":"a.b","metadata":{"n":18446744073709551616}}'],
  ['a number of 100,000 digits', `{"action":"a.b","metadata":{"n":${'9'.repeat(100_000)}}}`],
  ['65 levels', deep(64)],
  ['100,000 levels', deep(100_000)],
  ['100,000 open brackets', '['.repeat(100_000)],
  ['a key twice', '{"action":"a.b","action":"a.c"}'],
  ['the key __proto__', '{"action":"a.b","__proto__":{"x":1}}'],
  ['an entry of 70,000 bytes', `{"action":"a.b","metadata":{"x":"${'y'.repeat(70_000)}"}}`],
  ['nothing', ''],
  ['only blanks', ' \n\t '],
];

test.each(refusedEvents)('%s is refused in a single event, a batch and a stream', async (name, body) => {
  expect([400, 422], name).toContain((await verdict(ROUTES[0], body))[0]);
  const item = Buffer.concat([Buffer.from(`[${EVENT},`), Buffer.from(body), Buffer.from(']')]);
  const inBatch = await verdict(ROUTES[1], item);
  expect([[400], ['stored', 'refused']], name).toContainEqual(inBatch);
  const lines = Buffer.concat([Buffer.from(`${EVENT}\n`), Buffer.from(body), Buffer.from(`\n${EVENT}\n`)]);
  const inStream = await verdict(ROUTES[2], lines);
  expect([inStream[0], ...inStream.slice(-2)], name).toEqual(['stored', 'stored', 'done']);
  expect(new Set(inStream.slice(1, -2)), name).toEqual(new Set(/^\s*$/.test(String(body)) ? [] : ['refused']));
});

test('a type or an encoding that no route reads is refused before anything is stored', async () => {
  for (const path of ROUTES) {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'x', '*/*']) {
      expect(await verdict(path, EVENT, ['content-type', type]), `${path} ${type}`).toEqual([415]);
    }
    for (const encoding of ['br', 'deflate', 'gzip, gzip', 'compress', '../x']) {
      expect(await verdict(path, EVENT, ['content-encoding', encoding]), `${path} ${encoding}`).toEqual([415]);
    }
  }
});

test.each([
  ['gzip', gzipSync],
  ['zstd', zstdStored],
] as const)('a body that is not whole %s is refused', async (encoding, compress) => {
  const whole = compress(Buffer.from(`${EVENT}\n`.repeat(200)));
  const broken = [
    whole.subarray(0, whole.length - 6),
    Buffer.from('not compressed'),
    Buffer.from(whole).fill(0xff, 8, 20),
  ];
  for (const body of broken) {
    for (const path of ROUTES.slice(0, 2))
      expect(await verdict(path, body, ['content-encoding', encoding])).toEqual([400]);
    expect((await verdict(ROUTES[2], body, ['content-encoding', encoding])).at(-1)).toBe('body-encoding-broken');
  }
});

test.each([
  ['gzip', gzipBomb()],
  ['zstd', zstdBomb()],
] as const)('many %s bombs at once neither end the server nor stay in its memory', async (encoding, bomb) => {
  for (const path of ROUTES) {
    const verdicts = await Promise.all(
      Array.from({ length: BOMBS_AT_ONCE }, () => verdict(path, bomb, ['content-encoding', encoding])),
    );
    for (const seen of verdicts) expect(BOMB_VERDICTS, path).toContainEqual(seen);
  }
  await server.expectUnharmed();
});

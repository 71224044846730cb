import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  AUTHORIZED,
  type HttpOptions,
  type HttpService,
  sampleEvent,
  startHttp,
} from '../../../testing/http-service.js';
import { compressedLines, repeatingFrame } from '../../../testing/zstd-samples.js';
import { Faults } from '../../adapters/memory/faults.js';
import { withJournalFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../../adapters/memory/memory-journal.js';

type Result = Record<string, unknown>;

let http: HttpService;
let url: string;

afterEach(() => http.close());

async function start(options?: HttpOptions): Promise<void> {
  http = await startHttp(options);
  url = await http.listen();
}

/** Opens a stream; what is written goes to the server as it comes. */
function openStream(headers: Record<string, string> = {}): ClientRequest {
  return httpRequest(`${url}/api/v1/events/stream`, {
    method: 'POST',
    headers: { ...AUTHORIZED, 'content-type': 'application/x-ndjson', ...headers },
  });
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => request.on('response', resolve).on('error', reject));
}

async function linesOf(response: IncomingMessage): Promise<Result[]> {
  let text = '';
  for await (const part of response) text += String(part);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result);
}

/** Sends a body at once; resolves with the lines of the answer. */
async function send(body: string | Buffer, headers: Record<string, string> = {}): Promise<Result[]> {
  const request = openStream(headers);
  request.end(body);
  return linesOf(await answerTo(request));
}

const line = (id: string, more = {}) => `${JSON.stringify(sampleEvent(id, more))}\n`;
const many = (count: number, prefix = 'e') => Array.from({ length: count }, (_, i) => line(`${prefix}${i}`)).join('');

describe('a stream', () => {
  test('is answered line by line, and ends with the counts', async () => {
    await start();
    const lines = await send(
      `${line('a')}\n${line('a')}nonsense\n${line('a', { message: 'x' })}{"action":"No"}\r\n${line('b')}`,
    );
    expect(lines.map(({ line: number, status, id }) => [number, status, id])).toEqual([
      [1, 'stored', 'a'],
      [3, 'duplicate', 'a'],
      [4, 'refused', undefined],
      [5, 'conflict', 'a'],
      [6, 'refused', undefined],
      [7, 'stored', 'b'],
      [undefined, undefined, undefined],
    ]);
    expect(lines.at(-1)).toEqual({
      done: true,
      read: 6,
      stored: 2,
      duplicates: 1,
      conflicts: 1,
      refused: 2,
      left_out: 0,
    });
  });

  test('of bytes that are not UTF-8 refuses that line alone', async () => {
    await start();
    const lines = await send(
      Buffer.concat([Buffer.from(line('a')), Buffer.from([0xff, 0x0a]), Buffer.from(line('b'))]),
    );
    expect(lines.map(({ status }) => status)).toEqual(['stored', 'refused', 'stored', undefined]);
  });

  test('of nothing ends at once', async () => {
    await start();
    expect(await send('')).toEqual([
      { done: true, read: 0, stored: 0, duplicates: 0, conflicts: 0, refused: 0, left_out: 0 },
    ]);
  });

  test('of many lines has an answer for each, in their order', async () => {
    await start();
    const lines = await send(many(5000));
    expect(lines.slice(0, -1).map(({ line: number }) => number)).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
    expect(lines.at(-1)).toMatchObject({ done: true, stored: 5000 });
    expect((await http.get('/api/v1/log')).json().size).toBe(5000);
  });

  test.each([
    ['gzip', gzipSync(many(200, 'z'))],
    ['zstd', compressedLines],
  ])('may be compressed with %s', async (encoding, body) => {
    await start();
    expect((await send(body, { 'content-encoding': encoding })).at(-1)).toMatchObject({ done: true, stored: 200 });
  });

  test('is answered while it goes on', async () => {
    await start();
    const request = openStream();
    request.write(line('a'));
    const response = await answerTo(request);
    const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
    expect(JSON.parse(String(first))).toMatchObject({ line: 1, status: 'stored' });
    request.end(line('b'));
    expect((await linesOf(response)).at(-1)).toMatchObject({ done: true, stored: 2 });
  });

  test('has the request’s id, and is not kept', async () => {
    await start();
    const request = openStream({ 'x-request-id': 'mine' });
    request.end();
    const { headers } = await answerTo(request);
    expect(headers).toMatchObject({ 'x-request-id': 'mine', 'cache-control': 'no-store' });
  });
});

describe('is refused before it begins', () => {
  test.each([
    [{ 'content-type': 'application/json' }, 415],
    [{ 'content-encoding': 'br' }, 415],
    [{ authorization: 'Bearer wrong' }, 401],
    [{ 'x-tenant-id': 'NO' }, 400],
  ])('with %j', async (headers, status) => {
    await start();
    const request = openStream(headers as Record<string, string>);
    request.end(line('a'));
    const response = await answerTo(request);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
    response.resume();
  });
});

describe('what goes wrong in the middle', () => {
  test.each([
    ['a line that is too long', `${line('a')}${'x'.repeat(70_000)}\n${line('b')}`, {}, 'body-too-large'],
    [
      'a gzip body that ends early',
      gzipSync(many(50)).subarray(0, -8),
      { 'content-encoding': 'gzip' },
      'body-encoding-broken',
    ],
    ['a body that is no zstd', Buffer.from(many(50)), { 'content-encoding': 'zstd' }, 'body-encoding-broken'],
    ['a zstd bomb', repeatingFrame(0x78, 3000), { 'content-encoding': 'zstd' }, 'body-too-large'],
  ])('%s is the last line', async (_what, body, headers, code) => {
    await start({ settings: { 'max-body': '64KiB' } });
    const last = (await send(body, headers as Record<string, string>)).at(-1)!;
    expect(last).toMatchObject({ done: false, error: { code, request_id: expect.any(String) } });
    await expect.poll(() => http.services.gate.requests).toBe(0);
  });

  test('a journal that fails is the last line, while the client still sends', async () => {
    let appends = 0;
    const faults = new Faults((operation) => (operation === 'journal.append' && ++appends > 3 ? 'fail' : undefined));
    await start({ ports: (world) => ({ journal: withJournalFaults(openMemoryJournal(world.journal), faults) }) });
    const request = openStream();
    const answered = answerTo(request);
    request.write(many(20_000));
    const lines = await linesOf(await answered);
    const last = lines.at(-1)!;
    expect(last).toMatchObject({ done: false, error: { code: 'journal-unavailable' } });
    expect(last.read).toBe(lines.length - 1);
    expect(lines.slice(0, -1).every(({ status }) => status === 'stored')).toBe(true);
    request.on('error', () => undefined).destroy();
    await expect.poll(() => http.services.gate.requests).toBe(0);
  });
});

describe('a client that goes away', () => {
  test.each([
    ['before it has sent anything', 0],
    ['in the middle', 3000],
  ])('%s holds nothing, and what was taken is sealed', async (_when, count) => {
    await start();
    const request = openStream();
    request.on('error', () => undefined);
    request.write(count === 0 ? ' ' : many(count));
    await answerTo(request);
    expect(http.services.gate.requests).toBe(1);
    request.destroy();
    await expect.poll(() => http.services.gate.requests).toBe(0);
    const { journal, store } = http.world;
    await expect.poll(() => journal.chunks.length).toBe(0);
    expect(new Set(store.rows.map(({ id }) => id)).size).toBe(store.rows.length);
    expect((await http.app.inject('/readyz')).statusCode).toBe(200);
    expect(http.logged.join('')).not.toMatch(/unhandled|MaxListeners/);
  });

  test('or does not read on makes the server wait, not pile up', async () => {
    await start();
    const request = openStream();
    request.on('error', () => undefined);
    const response = await new Promise<IncomingMessage>((resolve) => {
      request.on('response', resolve);
      request.write(line('first'));
    });
    response.pause();
    let sent = 0;
    // As much as the server and the connection take without an answer being read.
    for (; sent < 400; sent++) {
      const flushed = request.write(many(1000, `s${sent}-`));
      if (!flushed && (await Promise.race([drained(request), later(400)])) === 'late') break;
    }
    expect(sent).toBeLessThan(400);
    response.resume();
    request.end();
    let text = '';
    for await (const part of response) text = (text + String(part)).slice(-500);
    expect(text).toContain('"done":true');
    await expect.poll(() => http.services.gate.requests).toBe(0);
  });
});

function drained(request: ClientRequest): Promise<unknown> {
  return new Promise((resolve) => request.once('drain', resolve));
}

function later(milliseconds: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), milliseconds));
}

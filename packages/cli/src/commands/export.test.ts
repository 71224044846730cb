import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer } from '../../../client/testing/local-server.js';
import { runCli } from '../testing/run-cli.js';

const CONTENT = Buffer.from('{"index":0}\n{"index":1}\n'.repeat(1000));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const TOO_LARGE = {
  type: 'urn:attestlog:error:export-too-large',
  title: 'Too many',
  status: 422,
  code: 'export-too-large',
};

/** An export of two files that is done after it was asked about twice. */
let names: string[];
/** How many bytes a download gives before its connection breaks; undefined: all. */
let breaksAfter: number | undefined;
let isTampered: boolean;
let asked: number;
let streamed: 'all' | 'too-large';
let state: string;
let folder: string;
let server: LocalServer;
let posted: string[];

beforeEach(async () => {
  names = ['events-00001.ndjson'];
  [breaksAfter, isTampered, asked, streamed, state, posted] = [undefined, false, 0, 'too-large', 'done', []];
  folder = await mkdtemp(join(tmpdir(), 'attestlog-export-'));
  server = await new LocalServer(answer).start();
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function shown(): object {
  const files = names.map((name) => ({ name, bytes: CONTENT.length, sha256: sha256(CONTENT), events: 2000 }));
  const isDone = asked > 2;
  const error = state === 'failed' ? { error: { code: 'storage-full', detail: 'There is no room.' } } : {};
  const now = { state: isDone ? state : 'running', files: isDone ? files : [], ...(isDone ? error : {}) };
  return { id: 'x1', ...now, events_done: 10, events_expected: 20, format: 'ndjson', q: 'a:b' };
}

function answer(request: IncomingMessage, response: ServerResponse): unknown {
  const { method, url = '' } = request;
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (url.includes('/files/manifest.json')) return json(200, { manifest: 'attestlog export v1' });
  if (url.includes('/files/')) return sendFile(request, response);
  if (url.includes('/events/export')) return streamed === 'all' ? response.end(CONTENT) : json(422, TOO_LARGE);
  if (method === 'DELETE') return response.writeHead(204).end();
  if (method === 'GET' && url.endsWith('/exports')) return json(200, { exports: [shown()], next: null });
  asked += 1;
  if (method !== 'POST') return json(200, shown());
  request.on('data', (body) => posted.push(String(body)));
  return request.on('end', () => json(202, shown()));
}

function sendFile(request: IncomingMessage, response: ServerResponse): unknown {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = isTampered ? Buffer.alloc(CONTENT.length - from) : CONTENT.subarray(from);
  response.writeHead(from === 0 ? 200 : 206, { 'content-length': rest.length });
  if (breaksAfter === undefined) return response.end(rest);
  return response.write(rest.subarray(0, breaksAfter), () => setImmediate(() => response.destroy()));
}

const run = (...args: string[]) => runCli(['export', ...args, '--url', server.url]);
const out = () => join(folder, 'out.ndjson');

describe('attestlog export', () => {
  it('takes what is small as one answer, to a file or to the standard output', async () => {
    streamed = 'all';
    const result = await run('action:order.*', '--format', 'ndjson', '--columns', 'id,time', '--out', out(), '--json');
    expect([result.code, JSON.parse(result.stdout)]).toEqual([0, { files: [{ file: out(), bytes: CONTENT.length }] }]);
    expect(await readFile(out())).toEqual(CONTENT);
    const { url } = server.requests[0]!;
    expect([...new URL(url, server.url).searchParams]).toEqual([
      ['q', 'action:order.*'],
      ['format', 'ndjson'],
      ['columns', 'id,time'],
    ]);
    expect((await run()).stdout).toBe(CONTENT.toString());
  });

  it('makes a job of what is not, waits for it, and downloads and checks its files', async () => {
    names = ['events-00001.ndjson', 'events-00002.ndjson'];
    const result = await run('action:order.*', '--from', 'yesterday', '--out', out(), '--json');
    expect([result.code, result.stderr]).toEqual([0, expect.stringContaining('attestlog export download x1')]);
    expect(JSON.parse(posted.join(''))).toEqual({ q: 'action:order.*', format: 'ndjson', from: 'yesterday' });
    const files = ['out-00001.ndjson', 'out-00002.ndjson'];
    expect(JSON.parse(result.stdout)).toMatchObject({
      id: 'x1',
      events: 4000,
      files: files.map((name) => ({ file: join(folder, name) })),
    });
    expect(await readdir(folder)).toEqual([...files, 'out.ndjson.manifest.json']);
    for (const name of files) expect(await readFile(join(folder, name))).toEqual(CONTENT);
  });

  it('goes on with a download whose connection breaks, by ranges', async () => {
    breaksAfter = 9000;
    const result = await run('--job', '--out', out());
    expect([result.code, result.stderr]).toEqual([0, expect.stringContaining('2,000 events')]);
    expect(await readFile(out())).toEqual(CONTENT);
    const ranges = server.requests.map(({ headers }) => headers.range).filter((range) => range !== undefined);
    expect(ranges).toEqual(['bytes=9000-', 'bytes=18000-']);
  });

  it('goes on with what an earlier attempt has left', async () => {
    asked = 5;
    await writeFile(`${out()}.part`, CONTENT.subarray(0, 100));
    expect((await run('download', 'x1', '--out', out())).code).toBe(0);
    expect(await readFile(out())).toEqual(CONTENT);
    expect(server.requests.find(({ headers }) => headers.range !== undefined)!.headers.range).toBe('bytes=100-');
    // It is there and right, so there is nothing to do.
    server.requests.length = 0;
    expect((await run('download', 'x1', '--out', out())).code).toBe(0);
    expect(server.requests.filter(({ url }) => url.includes('events-'))).toEqual([]);
  });

  it('throws away a file whose hash is wrong, and overwrites none', async () => {
    isTampered = true;
    const result = await run('--job', '--out', out());
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('SHA-256 is wrong')]);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(out(), 'precious');
    expect((await run('download', 'x1', '--out', out())).code).toBe(4);
    expect(await readFile(out(), 'utf8')).toBe('precious');
  });

  it('says why an export has failed', async () => {
    state = 'failed';
    const result = await run('--job', '--out', out());
    expect([result.code, result.stderr]).toEqual([3, expect.stringContaining('There is no room.')]);
  });

  it('needs a place for the files of a job', async () => {
    expect((await run('--job')).code).toBe(4);
    const tooLarge = await run();
    expect([tooLarge.code, tooLarge.stderr]).toEqual([4, expect.stringContaining('Too many')]);
  });

  it('lists, shows and cancels', async () => {
    asked = 5;
    expect((await run('list')).stdout).toMatch(/^ID +STATE.*\nx1 +done/);
    expect(JSON.parse((await run('show', 'x1', '--json')).stdout)).toMatchObject({ id: 'x1', state: 'done' });
    expect(await run('cancel', 'x1')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

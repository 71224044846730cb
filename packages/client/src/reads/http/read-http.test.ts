import { getEventListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer } from '../../../testing/local-server.js';
import { ReadHttp } from './read-http.js';
import type { ReaderOptions } from './read-options.js';
import { platformRuntime } from './read-runtime.js';

let server: LocalServer;
/** Answers of the next requests, the last of which is given for ever. */
let answers: RequestListener[];
let waits: number[];

beforeEach(async () => {
  waits = [];
  server = await new LocalServer((request, response) => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    answer(request, response);
  }).start();
});
afterEach(() => server.stop());

const runtime = { ...platformRuntime, now: () => 0, random: () => 0, sleep: async (ms: number) => void waits.push(ms) };
const http = (options: Partial<ReaderOptions> = {}) =>
  new ReadHttp({ url: `${server.url}/below`, credential: 'key', ...options }, runtime);
const whole: RequestListener = (_request, response) => response.end('{"ok":true}');
const refusing =
  (status: number, problem: object | string = {}, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(typeof problem === 'string' ? problem : JSON.stringify(problem));
const gone: RequestListener = (request) => request.socket.resetAndDestroy();
const cut: RequestListener = (_request, response) => {
  response.setHeader('content-length', 20).write('{"ok"', () => response.destroy());
};

describe('a read', () => {
  it('says who asks, for which tenant, and why, below the address that was given', async () => {
    answers = [whole];
    const asked = { path: 'api/v1/x', query: { a: 'ä b', none: undefined, list: ['p', 'q'], n: 5 } };
    expect(await http({ tenant: 'acme' }).json(asked, { reason: 'Prüfung' })).toEqual({ ok: true });
    const [{ url, headers }] = server.requests as [(typeof server.requests)[0]];
    expect(url).toBe('/below/api/v1/x?a=%C3%A4+b&list=p%2Cq&n=5');
    expect(headers).toMatchObject({ authorization: 'Bearer key', 'x-tenant-id': 'acme', accept: 'application/json' });
    expect(Buffer.from(String(headers['x-reason']), 'latin1').toString('utf8')).toBe('Prüfung');
    await http({ credential: undefined }).json({ path: 'x' });
    expect(server.requests[1]!.headers).not.toHaveProperty('authorization');
  });

  it('is repeated where the server is busy or gone, as the server asks for', async () => {
    answers = [refusing(503, {}, { 'retry-after': '7' }), gone, cut, whole];
    expect(await http().json({ path: 'x' })).toEqual({ ok: true });
    expect(waits).toEqual([7000, 250, 500]);
  });

  it('is given up after as many attempts as it may make, and at once where it shall wait for long', async () => {
    answers = [gone];
    await expect(http({ attempts: 2 }).json({ path: 'x' })).rejects.toMatchObject({ code: 'unreachable', status: 0 });
    expect(server.requests).toHaveLength(2);
    answers = [refusing(429, { code: 'quota-exceeded' }, { 'retry-after': '3600' })];
    await expect(http().json({ path: 'x' })).rejects.toMatchObject({ code: 'quota-exceeded', retryAfterMs: 3_600_000 });
    expect(server.requests).toHaveLength(3);
  });

  it('is not repeated where it is wrong, or may have been done', async () => {
    answers = [refusing(422, { code: 'filter-invalid' })];
    await expect(http().json({ path: 'x' })).rejects.toMatchObject({ status: 422 });
    answers = [gone];
    await expect(http().json({ method: 'POST', path: 'x', body: {}, repeatable: false })).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(server.requests).toHaveLength(2);
  });

  it('ends with the reason of its signal, also while it waits for the next attempt', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    answers = [() => stop.abort(reason)];
    await expect(http().json({ path: 'x' }, { signal: stop.signal })).rejects.toBe(reason);
    await expect(http().json({ path: 'x' }, { signal: stop.signal })).rejects.toBe(reason);
    const later = new AbortController();
    answers = [refusing(503)];
    const waiting = new ReadHttp({ url: server.url, credential: 'k' }, platformRuntime);
    const asked = waiting.json({ path: 'x' }, { signal: later.signal });
    setTimeout(() => later.abort(reason), 5);
    await expect(asked).rejects.toBe(reason);
  });

  it('takes only so long', async () => {
    answers = [() => undefined, (_request, response) => response.write('{'), whole];
    expect(await http({ timeoutMs: 100 }).json({ path: 'x' })).toEqual({ ok: true });
  });
});

it('leaves nothing behind on a signal that outlives it', async () => {
  const { signal } = new AbortController();
  answers = [whole, refusing(404), gone, whole];
  for (let count = 0; count < 4; count++)
    await http({ attempts: 1 })
      .json({ path: 'x' }, { signal })
      .catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('a credential', () => {
  it('is renewed once where it is refused', async () => {
    const reasons: string[] = [];
    const credential = async (reason: string) => {
      reasons.push(reason);
      return reason;
    };
    answers = [refusing(401), whole];
    expect(await http({ credential }).json({ path: 'x' })).toEqual({ ok: true });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer request', 'Bearer rejected']);
    answers = [refusing(401, { code: 'credential-invalid' })];
    await expect(http({ credential }).json({ path: 'x' })).rejects.toMatchObject({ code: 'credential-invalid' });
    expect(reasons).toHaveLength(4);
  });

  it('that cannot be had fails the read with its own error', async () => {
    const credential = () => Promise.reject(new RangeError('no vault'));
    await expect(http({ credential }).json({ path: 'x' })).rejects.toThrow(RangeError);
    expect(server.requests).toEqual([]);
  });
});

describe('an error', () => {
  it('has what the problem document says', async () => {
    const document = {
      ...{ type: 'urn:attestlog:error:event-invalid', title: 'No', status: 422, code: 'event-invalid', detail: 'why' },
      ...{
        remedy: 'mend it',
        request_id: 'r-1',
        problems: [{ code: 'too-long', pointer: '/a', message: 'm' }, 7],
        limit: 5,
      },
    };
    answers = [refusing(422, document)];
    const error = await http()
      .json({ path: 'x' })
      .catch((thrown) => thrown);
    expect(error).toMatchObject({
      ...{ name: 'AttestlogError', message: 'No: why', code: 'event-invalid', status: 422, title: 'No', detail: 'why' },
      ...{
        remedy: 'mend it',
        requestId: 'r-1',
        problems: [{ code: 'too-long', pointer: '/a', message: 'm' }],
        document,
      },
    });
  });

  it('tells a proxy’s page, and a server of another kind', async () => {
    answers = [refusing(404, '<html>')];
    await expect(http().json({ path: 'x' })).rejects.toMatchObject({ code: 'http-404', status: 404 });
    for (const body of ['<html>', '[]', '5']) {
      answers = [refusing(200, body)];
      await expect(http().json({ path: 'x', query: { q: 'secret' } })).rejects.toMatchObject({
        code: 'answer-invalid',
        message: expect.not.stringContaining('secret'),
      });
    }
  });

  it('comes at once for an address or a reason that cannot be', async () => {
    for (const url of ['', 'localhost:80', 'ftp://x', '/api']) {
      expect(() => new ReadHttp({ url, credential: 'k' }, runtime)).toThrow(TypeError);
    }
    answers = [whole];
    for (const reason of ['two\nlines', 'x'.repeat(501)]) {
      await expect(http().json({ path: 'x' }, { reason })).rejects.toThrow(TypeError);
    }
    expect(server.requests).toEqual([]);
  });
});

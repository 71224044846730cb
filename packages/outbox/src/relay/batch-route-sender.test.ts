import type { LogOutcome } from '@attestlog/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, KEY, startHttp } from '../../../server/testing/http-service.js';
import { auditLogSender } from './audit-log-sender.js';
import { batchRouteSender } from './batch-route-sender.js';

const NEVER = new AbortController().signal;
const event = (id: string, more: object = {}) => JSON.stringify({ id, action: 'order.change', ...more });

describe('to a real server', () => {
  let service: HttpService;
  let url: string;
  beforeAll(async () => {
    service = await startHttp({ settings: { 'max-body': '64KiB' } });
    url = await service.listen();
  });
  afterAll(() => service.close());

  it('tells stored, repeated and refused events apart, and keeps their order', async () => {
    const sender = batchRouteSender({ url: `${url}/`, apiKey: KEY });
    const events = [event('a'), event('b', { nonsense: 1 }), event('c'), event('a'), event('a', { message: 'other' })];
    expect(await sender.send(events, undefined, NEVER)).toEqual({
      verdicts: [
        { state: 'done' },
        { state: 'refused', code: 'unknown-field', reason: 'unknown-field at /nonsense' },
        { state: 'done' },
        { state: 'done' },
        { state: 'refused', code: 'id-conflict', reason: expect.any(String) as string },
      ],
    });
  });

  it('halves what is too large, until only the one that is too large by itself is refused', async () => {
    const sender = batchRouteSender({ url, apiKey: KEY, compress: false });
    const events = Array.from({ length: 9 }, (_, number) =>
      event(`large-${number}`, { request: { text: 'x'.repeat(number === 4 ? 90_000 : 12_000) } }),
    );
    const { verdicts, failure } = await sender.send(events, undefined, NEVER);
    expect(failure).toBeUndefined();
    expect(verdicts.map(({ state }) => state)).toEqual(events.map((_, number) => (number === 4 ? 'refused' : 'done')));
    expect(verdicts[4]).toMatchObject({ code: 'body-too-large' });
    const { events: found } = (await service.get('/api/v1/events?limit=50')).json<{
      events: { event: { id: string } }[];
    }>();
    const order = found.map((item) => item.event.id).filter((id) => id.startsWith('large-'));
    expect(order.sort()).toEqual(['0', '1', '2', '3', '5', '6', '7', '8'].map((number) => `large-${number}`));
  });

  it('sends more than the server takes at once in pieces', async () => {
    const requests: number[] = [];
    const sender = batchRouteSender({
      url,
      apiKey: KEY,
      fetch: (target, init) => {
        requests.push(1);
        return fetch(target, init);
      },
    });
    const { verdicts } = await sender.send(
      Array.from({ length: 1001 }, (_, number) => event(`n-${number}`)),
      undefined,
      NEVER,
    );
    expect(verdicts.length).toBe(1001);
    expect(requests.length).toBe(2);
  });

  it('asks for another key when one has expired, at once', async () => {
    const asked: string[] = [];
    const sender = batchRouteSender({
      url,
      apiKey: (reason) => {
        asked.push(reason);
        return reason === 'rejected' ? KEY : 'expired-expired-expired';
      },
    });
    expect((await sender.send([event('k')], undefined, NEVER)).verdicts).toEqual([{ state: 'done' }]);
    expect(asked).toEqual(['request', 'rejected']);
  });
});

describe('failures', () => {
  const answering = (...answers: (() => Response | Promise<Response>)[]) =>
    batchRouteSender({ url: 'http://server', apiKey: 'k', requestMaxChars: 60, fetch: async () => answers.shift()!() });
  const stored = () => Response.json({ results: [{ status: 'stored' }] }, { status: 201 });
  const problem =
    (status: number, code: string, headers: Record<string, string> = {}) =>
    () =>
      Response.json({ code }, { status, headers });

  it('of a later piece leave what was settled settled', async () => {
    const sender = answering(stored, problem(503, 'journal-full', { 'retry-after': '7' }));
    const answer = await sender.send([event('a'.repeat(40)), event('b'.repeat(40))], undefined, NEVER);
    expect(answer).toMatchObject({
      verdicts: [{ state: 'done' }],
      failure: { scope: 'server', code: 'journal-full', retryAfterMs: 7000 },
    });
  });

  it('of one tenant, and of one event, are told as such; a credential is no reason to give events up', async () => {
    const scopes = [
      problem(429, 'quota-exceeded'),
      problem(403, 'permission-missing'),
      problem(500, 'internal-error'),
      problem(401, 'credential-invalid'),
    ];
    const found = [];
    for (const answer of scopes) found.push((await answering(answer).send([event('a')], 't', NEVER)).failure?.scope);
    expect(found).toEqual(['tenant', 'tenant', 'event', 'server']);
  });

  it('of the network are of the server; an abort ends the wait', async () => {
    const broken = answering(() => Promise.reject(new TypeError('fetch failed')));
    expect(await broken.send([event('a')], undefined, NEVER)).toMatchObject({
      verdicts: [],
      failure: { scope: 'server' },
    });
    const abort = new AbortController();
    const silent = answering(() => {
      abort.abort();
      return new Promise(() => undefined);
    });
    expect(await silent.send([event('a')], undefined, abort.signal)).toMatchObject({ failure: { code: 'aborted' } });
  });
});

describe('by the log of a client', () => {
  const logging = (...states: LogOutcome['state'][]) =>
    auditLogSender(() => ({
      log: async () => ({ id: 'x', state: states.shift()!, reason: 'why' }),
      flush: async () => undefined,
      close: async () => undefined,
    }));

  it('only what the server acknowledged, or the policy leaves out, is done', async () => {
    const sender = logging('acknowledged', 'not-recorded', 'refused', 'buffered', 'acknowledged');
    const answer = await sender.send(
      ['a', 'b', 'c', 'd', 'e'].map((id) => event(id)),
      undefined,
      NEVER,
    );
    expect(answer.verdicts).toEqual([
      { state: 'done' },
      { state: 'done' },
      { state: 'refused', code: 'event-refused', reason: 'why' },
    ]);
    expect(answer.failure).toMatchObject({ scope: 'server', code: 'event-buffered' });
  });

  it('a client that does not answer in time is left', async () => {
    const sender = auditLogSender(() => ({
      log: () => new Promise(() => undefined),
      flush: async () => undefined,
      close: async () => undefined,
    }));
    expect(await sender.send([event('a')], undefined, AbortSignal.timeout(1))).toMatchObject({
      failure: { code: 'timeout' },
    });
  });
});

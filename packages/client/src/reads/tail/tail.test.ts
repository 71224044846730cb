import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../../../server/testing/http-service.js';
import { BreakingProxy } from '../../../testing/breaking-proxy.js';
import { collected, signalled } from '../../../testing/collected.js';
import { LocalServer } from '../../../testing/local-server.js';
import { seededRandom } from '../../../testing/seeded-random.js';
import { createReader } from '../create-reader.js';
import { platformRuntime } from '../http/read-runtime.js';
import type { TailEvent } from './tail-connection.js';

/** Nothing waits. */
const eager = {
  ...platformRuntime,
  sleep: async (_ms: number, signal?: AbortSignal) => {
    await nextTurn();
    signal?.throwIfAborted();
  },
};
const Q = { q: 'action:order.approve' };

describe('on a server', () => {
  let service: HttpService;
  let url: string;

  beforeAll(async () => {
    service = await startHttp();
    url = await service.listen();
  });
  afterAll(() => service.close());

  const record = async (tenant: string, from: number, count: number) => {
    const events = Array.from({ length: count }, (_, place) => sampleEvent(`e-${from + place}`));
    await service.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': tenant });
  };
  const readerAt = (at: string, tenant = 'acme') => createReader({ url: at, credential: KEY, tenant }, eager);

  it.each([1, 2])('brings every event once, in order, however often it is broken (seed %s)', async (seed) => {
    const random = seededRandom(seed);
    const proxy = await new BreakingProxy(url, () => 300 + Math.floor(random() * 6000)).start();
    const [tenant, wanted] = [`broken-${seed}`, 250];
    const writing = (async () => {
      for (let recorded = 0; recorded < wanted; ) {
        const count = Math.min(1 + Math.floor(random() * 25), wanted - recorded);
        await record(tenant, recorded, count);
        recorded += count;
      }
    })();
    const ids: string[] = [];
    const positions: number[] = [];
    let lost = 0;
    const onPosition = (next: number) => positions.push(next);
    const options = { onLost: () => (lost += 1), onPosition, maxFailures: Number.POSITIVE_INFINITY };
    // A connection may break before it has brought where the log is.
    for (let from: number | undefined = 0; ids.length < wanted; ) {
      try {
        for await (const { event, index, text } of readerAt(proxy.url, tenant).tail({ ...Q, from }, options)) {
          expect(JSON.parse(text)).toMatchObject({ index, event: { id: event.id } });
          ids.push(event.id);
          if (ids.length === wanted) break;
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'unreachable' });
      }
      from = positions.at(-1) ?? 0;
    }
    await writing;
    await proxy.stop();
    expect(ids).toEqual(Array.from({ length: wanted }, (_, place) => `e-${place}`));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(lost).toBeGreaterThan(3);
  });

  it('begins at an index or a time, and ends where it is not to follow', async () => {
    const take = async (query: object) =>
      (await collected(readerAt(url).tail({ ...Q, ...query, follow: false }))).length;
    await record('acme', 0, 12);
    expect(await take({ from: 0 })).toBe(12);
    expect(await take({ since: '2020-01-01T00:00:00Z', actor: 'u1' })).toBe(12);
    expect(await take({ since: '2100-01-01T00:00:00Z' })).toBe(0);
    expect(await take({ from: 0, action: 'order.none' })).toBe(0);
  });

  it('ends at once by return(), by leaving the loop and by its signal, also while it waits', async () => {
    const started = signalled();
    const tail = readerAt(url).tail(Q, { onStart: () => started.resolve() });
    const waiting = tail.next();
    await started.promise;
    expect(await tail.return()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    const stop = new AbortController();
    const reason = new Error('enough');
    const aborted = readerAt(url).tail(Q, { signal: stop.signal, onStart: () => stop.abort(reason) });
    await expect(aborted.next()).rejects.toBe(reason);
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
  });

  it('says what the server refuses', async () => {
    await expect(readerAt(url).tail({ q: 'acter:jane' }).next()).rejects.toMatchObject({ code: 'filter-invalid' });
  });
});

describe('on a server that behaves as it is told', () => {
  let server: LocalServer;
  afterEach(() => server.stop());

  const entry = (index: number, more: object = {}) =>
    `id: ${index}\ndata: ${JSON.stringify({ index, position: index, event: { id: `e${index}` }, ...more })}\n\n`;
  const beat = (next: number) => `event: heartbeat\ndata: {"next":${next}}\n\n`;
  const reader = () => createReader({ url: server.url, credential: 'k' }, eager);
  const indexes = (events: readonly TailEvent[]) => events.map(({ index }) => index);

  it('does not give again what the server repeats, and passes over what it does not know', async () => {
    const parts = [
      `${beat(3)}${entry(3)}${entry(4)}`,
      `: comment\n\nevent: news\ndata: {}\n\n${entry(3)}${entry(4)}${entry(5)}`,
    ];
    server = await new LocalServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const part = parts.shift();
      if (part !== undefined) response.write(part, () => response.destroy());
      else response.end(`event: end\ndata: {"next":6}\n\n`);
    }).start();
    expect(indexes(await collected(reader().tail()))).toEqual([3, 4, 5]);
    expect(server.requests.map(({ url }) => new URL(url, server.url).searchParams.get('from_index'))).toEqual([
      null,
      '5',
      '6',
    ]);
  });

  it('makes another connection where nothing comes any more, not even a heartbeat', async () => {
    let connections = 0;
    server = await new LocalServer((_request, response) => {
      connections += 1;
      if (connections === 1) response.write(beat(3));
      else response.end(`${beat(3)}${entry(3)}event: end\ndata: {"next":4}\n\n`);
    }).start();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const first = signalled();
      const lost: string[] = [];
      const onLost = ({ message }: Error) => lost.push(message);
      const tail = reader().tail({}, { onPosition: first.resolve, onLost });
      const event = tail.next();
      await first.promise;
      await vi.advanceTimersByTimeAsync(59_000);
      expect(lost).toEqual([]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect((await event).value).toMatchObject({ index: 3 });
      expect(lost).toEqual([expect.stringContaining('did not answer in time')]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a new credential where the old one has ended', async () => {
    server = await new LocalServer((request, response) => {
      if (request.headers.authorization !== 'Bearer second') response.writeHead(401).end();
      else response.end(`${beat(0)}event: end\ndata: {"next":0}\n\n`);
    }).start();
    const credential = (reason: string) => (reason === 'rejected' ? 'second' : 'first');
    expect(await collected(createReader({ url: server.url, credential }, eager).tail())).toEqual([]);
  });

  it('waits as long as a busy server asks for, and gives up after so many failures', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    let asked = 0;
    server = await new LocalServer((_request, response) => {
      asked += 1;
      if (asked === 1) response.end(beat(0));
      else response.writeHead(503, { 'retry-after': '7' }).end();
    }).start();
    const patient = createReader({ url: server.url, credential: 'k' }, { ...eager, sleep });
    await expect(patient.tail({}, { maxFailures: 3 }).next()).rejects.toMatchObject({ status: 503 });
    expect(waits.slice(1)).toEqual([7000, 7000]);
  });

  it('takes no more from the server than the loop does', async () => {
    const page = Array.from({ length: 500 }, (_, place) => entry(place, { pad: 'x'.repeat(2000) })).join('');
    let sent = 0;
    const blocked = signalled();
    server = await new LocalServer((_request, response) => {
      const send = () => {
        // A server that is never held up would go on for ever.
        while (sent < 200) {
          sent += 1;
          if (response.write(page)) continue;
          const timer = setTimeout(blocked.resolve, 300);
          return void response.once('drain', () => {
            clearTimeout(timer);
            send();
          });
        }
        blocked.resolve();
      };
      send();
    }).start();
    const tail = reader().tail();
    for (let count = 0; count < 10; count++) await tail.next();
    await blocked.promise;
    // Of the 200 MB that there are, what fits into the buffers of the sockets.
    expect(sent).toBeLessThan(100);
    await tail.return();
  });
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer } from '../../../client/testing/local-server.js';
import { Interrupted } from '../failure.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

type Part = (response: ServerResponse, url: URL) => void;

let server: LocalServer;
/** What each connection to the stream brings, one after another; the last one again and again. */
let connections: Part[][];
/** What a search finds. */
let found: object[];
let streams: URL[];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, server.url);
  if (url.pathname === '/api/v1/events') {
    const limit = Number(url.searchParams.get('limit'));
    response.end(JSON.stringify({ events: found.slice(0, limit), next: null, behind: 0 }));
    return;
  }
  streams.push(url);
  const parts = connections.length > 1 ? connections.shift()! : connections[0]!;
  for (const part of parts) part(response, url);
}

const entry = (index: number, outcome = 'success') => ({
  index,
  position: index + 1,
  event: { action: 'order.approve', actor: { id: 'jane' }, id: `e${index}`, outcome, time: '2026-01-01T00:00:00Z' },
});
const event =
  (index: number, outcome?: string): Part =>
  (response) => {
    response.write(`id: ${index}\ndata: ${JSON.stringify(entry(index, outcome))}\n\n`);
  };
const heartbeat =
  (next: number): Part =>
  (response) => {
    response.write(`event: heartbeat\ndata: {"next":${next}}\n\n`);
  };
const end =
  (error?: object): Part =>
  (response) => {
    response.end(`event: end\ndata: ${JSON.stringify({ next: 0, error })}\n\n`);
  };
const cut: Part = (response) => {
  // Let what was written arrive.
  setTimeout(() => response.destroy(), 20);
};
const refuse =
  (status: number, problem: object = {}): Part =>
  (response) => {
    response.writeHead(status, { 'retry-after': '0' }).end(JSON.stringify({ status, ...problem }));
  };

const tailCli = (args: readonly string[], options: CliOptions = {}) =>
  runCli(['tail', '--json', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' }, ...options });
const indexesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).index);

beforeEach(async () => {
  streams = [];
  found = [];
  connections = [[end()]];
  server = await new LocalServer(answer).start();
});
afterEach(() => server.stop());

describe('tail', () => {
  it('prints the last events, oldest first, and ends', async () => {
    found = [entry(7), entry(5), entry(6)];
    const { code, stdout } = await tailCli(['actor:jane']);
    expect([code, indexesOf(stdout)]).toEqual([0, [5, 6, 7]]);
    expect(server.requests[0]!.url).toContain('q=actor%3Ajane&limit=10');
    expect((await tailCli(['-n', '1'])).stdout).toContain('"index":7');
    expect(streams).toEqual([]);
  });

  it('goes on with what comes, without a gap or a repeat at the seam', async () => {
    // The search finds what was sealed after the stream began, too: the stream brings it.
    found = [entry(8), entry(7), entry(3)];
    connections = [[heartbeat(8), event(8), event(9), end()]];
    const { code, stdout } = await tailCli(['--follow', 'actor:jane']);
    expect([code, indexesOf(stdout)]).toEqual([0, [3, 7, 8, 9]]);
    expect(streams[0]!.searchParams.get('q')).toBe('actor:jane');
  });

  it('connects again where a connection breaks, and goes on where it was', async () => {
    connections = [
      [heartbeat(5), event(5), event(6), cut],
      [refuse(503)],
      [heartbeat(7), heartbeat(20), cut],
      [heartbeat(20), end({ status: 503, code: 'shutting-down', title: 'The server is stopping' })],
      [heartbeat(20), event(21), end()],
    ];
    const slept: number[] = [];
    const { code, stdout, stderr } = await tailCli(['-f', '-n', '0'], { onSleep: (ms) => slept.push(ms), columns: 80 });
    expect([code, indexesOf(stdout)]).toEqual([0, [5, 6, 21]]);
    expect(streams.map((url) => url.searchParams.get('from_index'))).toEqual([null, '7', '7', '20', '20']);
    expect(slept).toHaveLength(4);
    expect(stderr).toContain('connecting again');
  });

  it('begins at a time, and says so again when it connects again', async () => {
    connections = [
      [heartbeat(2), event(2), cut],
      [heartbeat(3), end()],
    ];
    const { code, stdout } = await tailCli(['--since', '2026-01-01']);
    expect([code, indexesOf(stdout)]).toEqual([0, [2]]);
    const asked = streams.map(({ searchParams }) => Object.fromEntries(searchParams));
    const query = { since: '2026-01-01T00:00:00Z', follow: 'false' };
    expect(asked).toEqual([query, { ...query, from_index: '3' }]);
    await tailCli(['-f', '--since', '15m']);
    expect(Date.parse(streams[2]!.searchParams.get('since')!)).toBeCloseTo(Date.now() - 900_000, -5);
  });

  it('ends where the server does not let it go on', async () => {
    const code = async (...parts: Part[]) => {
      connections = [parts];
      return (await tailCli(['-f', '-n', '0'])).code;
    };
    expect(await code(refuse(401))).toBe(6);
    expect(await code(refuse(422, { title: 'The filter cannot be understood' }))).toBe(4);
    expect(await code(heartbeat(0), end({ status: 403, code: 'permission-denied', title: 'No' }))).toBe(6);
    // Nobody is there at first, or does not come back.
    expect(await code(refuse(503))).toBe(5);
    connections = [[heartbeat(0), cut], [refuse(503)]];
    expect((await tailCli(['-f', '-n', '0'])).code).toBe(5);
    expect((await tailCli(['--since', 'yesterday'])).code).toBe(4);
  });

  it('ends when it is interrupted, or its reader goes', async () => {
    connections = [[heartbeat(0), event(0)]];
    const stop = new AbortController();
    const running = tailCli(['-f', '-n', '0'], { stop });
    setTimeout(() => stop.abort(new Interrupted()), 50);
    expect((await running).code).toBe(130);
    connections = [[heartbeat(0), ...Array.from({ length: 100 }, (_, index) => event(index))]];
    expect((await tailCli(['-f', '-n', '0'], { closeStdoutAfter: 10 })).code).toBe(0);
  });

  it('prints lines for people, in colours on a terminal only', async () => {
    connections = [[heartbeat(0), event(0, 'denied'), event(1, 'failure'), end()]];
    const run = (options: CliOptions = {}) =>
      runCli(['tail', '-f', '-n', '0'], { env: { ATTESTLOG_URL: server.url }, ...options });
    const { stdout } = await run();
    expect(stdout.split('\n')[0]).toMatch(/^2026-01-01T00:00:00Z +jane +order\.approve +- +denied$/);
    const coloured = (await run({ columns: 120 })).stdout;
    expect([coloured.includes('\u001b[31m'), coloured.includes('\u001b[33m')]).toEqual([true, true]);
    expect(stdout).not.toContain('\u001b');
  });
});

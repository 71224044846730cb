import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { canonicalJson, type Opening } from '@attestlog/event';
import { TestLog } from './test-log.js';

export const API_KEY = 'test-key-of-the-contract-double';
const RECEIVED_AT = '2026-01-02T03:04:05.000000000Z';

type Entry = { id: string; event: Record<string, unknown>; content: string };

/**
 * The server's HTTP contract in one process and in memory, as far as the command uses it, with ways to misbehave.
 * One tenant, `default`.
 */
export class ContractServer {
  log = new TestLog('test.example/default');
  /** Number of results after which the connection is cut, once for each number. */
  breakAfter: number[] = [];
  /** Statuses to answer the next requests to the stream with. */
  streamStatuses: number[] = [];
  /** Ends the next stream after so many results with this problem. */
  stopWith: { after: number; error: Record<string, unknown> } | undefined;
  /** Results come only when the request has ended. */
  lateAnswers = false;
  refuse: (event: Record<string, unknown>) => boolean = () => false;
  /** Changes what a path below `/log/default/` answers; undefined is 404. */
  tamper: (path: string, body: Buffer | undefined) => Buffer | undefined = (_path, body) => body;
  /** Statuses to answer the next requests below `/log/` with. */
  logStatuses: number[] = [];
  /** Results wait until this resolves. */
  gate: Promise<void> = Promise.resolve();
  shownKeys: (() => string) | undefined;
  /** What it opens of entries, by their index. */
  readonly openings = new Map<number, readonly Opening[]>();
  /** Payloads by the hash under which they are served. */
  readonly payloads = new Map<string, string>();
  /** Statuses to answer the next requests for openings with; 0 cuts the connection. */
  openingStatuses: number[] = [];
  /** Each request for openings: its query, and the reason that it gives. */
  readonly openingRequests: { readonly query: string; readonly reason: string | undefined }[] = [];
  /** What is shown of the sealed fields of an event, by its id. */
  readonly personal = new Map<string, readonly object[]>();
  readonly requests: string[] = [];
  /** The query of each request to the list of events. */
  readonly searches: URLSearchParams[] = [];
  readonly streams: { lines: string[]; headers: http.IncomingHttpHeaders }[] = [];
  #byId = new Map<string, Entry>();
  readonly #server = http.createServer((request, response) => {
    // A client that goes away in the middle is what some tests are about.
    this.#serve(request, response).catch(() => response.destroy());
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** Stores an event as intake would. */
  store(event: Record<string, unknown>): { status: string; id: string; position?: number } {
    const id = String(event.id);
    const content = canonicalJson(event);
    const known = this.#byId.get(id);
    if (known !== undefined) return { status: known.content === content ? 'duplicate' : 'conflict', id };
    this.#byId.set(id, { id, event, content });
    this.log.append(canonicalJson({ ...event, received_at: RECEIVED_AT }));
    return { status: 'stored', id, position: this.log.entries.length };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const isPublic = url.pathname.startsWith('/log/') && !url.pathname.includes('/tile/entries/');
    if (!isPublic && request.headers.authorization !== `Bearer ${API_KEY}`) {
      return problem(response, 401, {
        code: 'credential-invalid',
        title: 'The credential is not known here',
        remedy: 'Check the key.',
      });
    }
    if (url.pathname.startsWith('/log/default/'))
      return this.#file(url.pathname.slice('/log/default/'.length), response);
    if (url.pathname === '/api/v1/log')
      return json(response, 200, { tenant: 'default', size: this.log.entries.length });
    if (url.pathname === '/api/v1/events/stream') return this.#stream(request, response);
    if (url.pathname === '/api/v1/events') return this.#list(url, response);
    const payload = this.payloads.get(url.pathname.replace('/api/v1/blobs/', ''));
    if (payload !== undefined) return void response.end(payload);
    if (url.pathname === '/api/v1/privacy/openings') return this.#opened(url, request, response);
    const match = /^\/api\/v1\/events\/([^/]+)(\/receipt)?$/.exec(url.pathname);
    const index = match === null ? -1 : this.ids.indexOf(decodeURIComponent(match[1]!));
    if (index < 0) return problem(response, 404, { code: 'event-unknown', title: 'There is no event with this id' });
    if (match?.[2] !== undefined) return void response.end(await this.log.receipt(index));
    json(response, 200, { index, position: index + 1, event: JSON.parse(this.log.entries[index]!.toString()) });
  }

  #file(path: string, response: ServerResponse): void {
    const status = this.logStatuses.shift();
    if (status === 0) return void response.destroy();
    if (status !== undefined) return void problem(response, status, { title: 'Not now' }, { 'retry-after': '0' });
    const shown = path === 'key' && this.shownKeys !== undefined ? Buffer.from(this.shownKeys()) : this.log.file(path);
    const body = this.tamper(path, shown);
    if (body === undefined)
      return void problem(response, 404, { code: 'tile-unknown', title: 'The log has no such tile' });
    if (!path.startsWith('tile/entries/')) return void response.end(body);
    response.setHeader('content-encoding', 'gzip').end(gzipSync(body));
  }

  #list(url: URL, response: ServerResponse): void {
    this.searches.push(url.searchParams);
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const limit = Number(url.searchParams.get('limit'));
    const action = url.searchParams.get('action');
    const all = this.log.entries
      .map((entry, index) => {
        const event = JSON.parse(entry.toString()) as { id: string; action?: string };
        const personal = this.personal.get(event.id);
        return { index, position: index + 1, event, ...(personal === undefined ? {} : { personal }) };
      })
      .filter(({ event }) => action === null || event.action === action)
      .reverse();
    const events = all.slice(start, start + limit);
    const next = start + limit < all.length ? String(start + limit) : null;
    const total = url.searchParams.has('total') ? { total: { value: all.length, relation: 'at-least' } } : {};
    json(response, 200, { events, next, ...total, behind: 0 });
  }

  #opened({ search, searchParams }: URL, request: IncomingMessage, response: ServerResponse): void {
    const reason = request.headers['x-reason'];
    this.openingRequests.push({ query: search, reason: typeof reason === 'string' ? reason : undefined });
    const status = this.openingStatuses.shift();
    if (status === 0) return void response.destroy();
    if (status !== undefined) return void problem(response, status, { title: 'Not now' }, { 'retry-after': '0' });
    const [from, to] = ['from', 'to'].map((name) => Number(searchParams.get(name)));
    const openings = [...this.openings]
      .filter(([index]) => index >= from! && index < to!)
      .map(([index, of]) => ({ index, openings: of }));
    json(response, 200, { openings });
  }

  async #stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = this.streamStatuses.shift();
    if (status !== undefined) {
      // Closing on a client that still writes could cost it the answer.
      request.resume();
      return problem(response, status, { title: 'Not now' }, { 'retry-after': '0' });
    }
    const seen: string[] = [];
    let late = '';
    this.streams.push({ lines: seen, headers: request.headers });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    request.on('error', () => {});
    for await (const line of createInterface({ input: request })) {
      await this.gate;
      seen.push(line);
      const result = `${JSON.stringify({ line: seen.length, ...this.#result(line) })}\n`;
      if (this.lateAnswers) late += result;
      else response.write(result);
      if (this.breakAfter[0] === seen.length) {
        this.breakAfter.shift();
        // Let what was written reach the client: it is to break in the middle, not at the start.
        return void setTimeout(() => request.socket.destroy(), 20);
      }
      if (this.stopWith?.after === seen.length) {
        response.end(`${JSON.stringify({ done: false, error: this.stopWith.error })}\n`);
        this.stopWith = undefined;
        return;
      }
    }
    response.end(`${late}${JSON.stringify({ done: true, read: seen.length })}\n`);
  }

  #result(line: string): Record<string, unknown> {
    const event = JSON.parse(line) as Record<string, unknown>;
    if (!this.refuse(event)) return this.store(event);
    const problems = [{ code: 'bad-format', pointer: '/action', message: 'Must be noun.verb.' }];
    return { status: 'refused', id: event.id, problems };
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function problem(
  response: ServerResponse,
  status: number,
  value: Record<string, unknown>,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ status, type: 'about:blank', ...value }));
}

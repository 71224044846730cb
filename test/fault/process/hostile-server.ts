import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { catalogue, type ErrorCode } from '../../../packages/server/src/errors.js';
import { eventually } from '../../support/eventually.js';
import { IntakeClient } from '../../support/intake-client.js';
import { Ledger } from '../../support/ledger.js';
import { exchange, type RawAnswer, type RawRequest, rawBytes } from '../../support/raw-http.js';
import { ServerProcess } from '../../support/server-process.js';

/** Short for who is slow on purpose, and long enough for a slow machine to serve everybody else. */
export const REQUEST_TIMEOUT = '5s';

/** How far its memory may have grown after everything that was done to it. */
const MAX_GROWTH_MIB = 300;

/** A server that hostile clients are let loose on, and what must be true of every answer and at the end. */
export class HostileServer {
  readonly process: ServerProcess;
  readonly #restingMib: number;

  static async start(env: Record<string, string> = {}): Promise<HostileServer> {
    const process = await ServerProcess.start({ env });
    const client = new IntakeClient(process, new Ledger());
    // The first of all requests takes longest, perhaps longer than the timeout.
    await eventually('an event is sealed', () =>
      client.single('before', { id: 'first', action: 'order.approve' }, '?wait=sealed').then(
        ({ code }) => (code === undefined ? true : undefined),
        () => undefined,
      ),
    );
    return new HostileServer(process);
  }

  private constructor(process: ServerProcess) {
    this.process = process;
    this.#restingMib = residentMib(process.pid);
  }

  /** Sends a request with the credential, and holds the answer to the rules of {@link expectFair}. */
  async send(request: RawRequest): Promise<RawAnswer | undefined> {
    const headers = [['authorization', `Bearer ${this.process.key}`] as const, ...(request.headers ?? [])];
    const answer = await exchange(this.process.url, rawBytes({ ...request, headers }));
    if (answer !== undefined) expectFair(answer, request);
    return answer;
  }

  /** Alive, no larger than it should be, never at a loss, and of use to a normal client. */
  async expectUnharmed(): Promise<void> {
    expect(this.process.exited, this.process.log).toBe(false);
    expect(this.process.log).not.toMatch(/"status":500|"code":"internal"/);
    const ledger = new Ledger();
    const client = new IntakeClient(this.process, ledger);
    const event = { id: `after-${Date.now()}`, action: 'order.approve', message: 'a normal event' };
    expect(await client.single('after', event)).toMatchObject({ status: 201 });
    expect(await client.batch('after', [{ ...event, id: `${event.id}-b` }])).toMatchObject({ status: 201 });
    expect(await client.stream('after', [[{ ...event, id: `${event.id}-s` }]])).toMatchObject({ status: 200 });
    expect(ledger.acknowledgedCount).toBe(3);
    const found = async () => (await this.process.fetch(`/api/v1/events/${event.id}`, { tenant: 'after' })).status;
    await expect.poll(found, { message: 'what is stored is found' }).toBe(200);
    // What was let go is given back a little later.
    const growth = () => residentMib(this.process.pid) - this.#restingMib;
    await expect.poll(growth, { message: 'MiB of growth' }).toBeLessThan(MAX_GROWTH_MIB);
  }
}

/** Its refusals are a `google.rpc.Status`, as OTLP wants them, with the catalogue's code at the head of the message. */
const STATUS_ROUTE = '/v1/logs';

const RESULTS_ROUTE = '/api/v1/events/stream';

/** No 500, and every refusal a problem document of the catalogue, also at the end of a stream. */
export function expectFair(answer: RawAnswer, request: RawRequest): void {
  const shown = `${request.method} ${request.path}: ${answer.status} ${answer.body.toString('latin1').slice(0, 500)}`;
  expect(answer.status, shown).toBeLessThan(500);
  if (answer.status >= 400 && request.path.split('?')[0] === STATUS_ROUTE) expectFairStatus(answer, shown);
  else if (answer.status >= 400 && request.method !== 'HEAD') {
    expect(answer.headers.get('content-type'), shown).toMatch(/^application\/problem\+json/);
    const { code, status } = JSON.parse(textOf(answer)) as { code: ErrorCode; status: number };
    expect(catalogue[code], shown).toMatchObject({ status });
    expect(answer.status, shown).toBe(status);
  }
  // Of lines, only the results of a stream end with a word of their own.
  if (answer.status !== 200 || request.method !== 'POST' || request.path.split('?')[0] !== RESULTS_ROUTE) return;
  const last = JSON.parse(textOf(answer).trim().split('\n').at(-1)!) as { done: boolean; error?: { code: ErrorCode } };
  expect(typeof last.done, shown).toBe('boolean');
  if (!last.done) expect(catalogue[last.error!.code].status, shown).toBeLessThan(500);
}

function expectFairStatus(answer: RawAnswer, shown: string): void {
  const type = answer.headers.get('content-type');
  if (type?.startsWith('application/x-protobuf')) return;
  // Another method than its own is no matter of OTLP.
  if (answer.status === 405) return;
  expect(type, shown).toMatch(/^application\/json/);
  const { code, message } = JSON.parse(textOf(answer)) as { code: number; message: string };
  expect(Number.isInteger(code), shown).toBe(true);
  expect(catalogue[message.split(':')[0] as ErrorCode], shown).toMatchObject({ status: answer.status });
}

function textOf(answer: RawAnswer): string {
  const gzipped = answer.headers.get('content-encoding') === 'gzip';
  return (gzipped ? gunzipSync(answer.body) : answer.body).toString('utf8');
}

function residentMib(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

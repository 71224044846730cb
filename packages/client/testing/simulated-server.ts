import { gunzipSync } from 'node:zlib';
import type { VirtualTime } from './virtual-time.js';

/** What may go wrong with a request, each with its share from 0 to 1. */
export interface Troubles {
  /** The connection is refused: nothing arrives. */
  readonly refused?: number;
  /** The events are recorded, and the answer is lost. */
  readonly lostAnswer?: number;
  readonly tooMany?: number;
  readonly unavailable?: number;
  /** 500, before or after the events are recorded. */
  readonly broken?: number;
  readonly unauthorized?: number;
  /** An answer of somebody else, such as a proxy. */
  readonly strange?: number;
}

interface SimulatedEvent {
  id: string;
  action: string;
  [name: string]: unknown;
}

export interface SimulatedServerOptions {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly troubles?: Troubles;
  /** A batch of more events is 413. */
  readonly batchMaxEvents?: number;
  /** What is never taken, by action. */
  readonly poison?: string;
  readonly latencyMs?: number;
}

/** A server that behaves as the real one does towards batches, with faults by chance. */
export class SimulatedServer {
  readonly #options: SimulatedServerOptions;
  /** What is recorded, by tenant; each id once. */
  readonly logs = new Map<string, SimulatedEvent[]>();
  /** Sizes of the batches that came, in events. */
  readonly batches: number[] = [];
  readonly times: number[] = [];
  troubles: Troubles;
  isDown = false;
  /** In the place of everything else, while set. */
  answer: ((events: SimulatedEvent[], tenant: string) => Response | undefined) | undefined;
  mostAtOnce = 0;
  #atOnce = 0;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
    this.troubles = options.troubles ?? {};
  }

  ids(tenant = 'acme'): string[] {
    return (this.logs.get(tenant) ?? []).map(({ id }) => id);
  }

  readonly fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const { time, latencyMs = 5 } = this.#options;
    const headers = new Headers(init.headers);
    const isZipped = headers.get('content-encoding') === 'gzip';
    const text = isZipped ? gunzipSync(init.body as Uint8Array).toString() : String(init.body);
    this.times.push(time.nowMs());
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await time.sleep(latencyMs * (0.5 + this.#options.random()));
    this.#atOnce -= 1;
    init.signal?.throwIfAborted();
    return this.#handle(JSON.parse(text) as SimulatedEvent[], headers.get('x-tenant-id') ?? 'acme');
  };

  #handle(events: SimulatedEvent[], tenant: string): Response {
    this.batches.push(events.length);
    const { troubles } = this;
    if (this.isDown || this.#happens(troubles.refused)) throw refused();
    const given = this.answer?.(events, tenant);
    if (given !== undefined) return given;
    if (this.#happens(troubles.unauthorized)) return problem(401, 'credential-expired');
    if (this.#happens(troubles.tooMany)) return problem(429, 'quota-exceeded', { 'retry-after': '1' });
    if (this.#happens(troubles.unavailable)) return problem(503, 'journal-full', { 'retry-after': '2' });
    if (this.#happens(troubles.strange)) return new Response('<html>', { status: 200 });
    if (events.length > (this.#options.batchMaxEvents ?? 1000)) return problem(413, 'batch-too-long');
    const isBroken = this.#happens(troubles.broken);
    if (isBroken && this.#options.random() < 0.5) return problem(500, 'internal');
    const results = events.map((event) => this.#record(event, tenant));
    if (isBroken) return problem(500, 'internal');
    if (this.#happens(troubles.lostAnswer)) throw refused();
    return Response.json({ results }, { status: 201 });
  }

  #record(event: SimulatedEvent, tenant: string): Record<string, unknown> {
    const log = this.logs.get(tenant) ?? [];
    this.logs.set(tenant, log);
    if (event.action === this.#options.poison) {
      return { id: event.id, status: 'refused', problems: [{ code: 'invalid-action', pointer: '/action' }] };
    }
    if (log.some(({ id }) => id === event.id)) return { id: event.id, status: 'duplicate' };
    log.push(event);
    return { id: event.id, status: 'stored' };
  }

  #happens(share = 0): boolean {
    return share > 0 && this.#options.random() < share;
  }
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const type = { 'content-type': 'application/problem+json' };
  return new Response(JSON.stringify({ status, code, title: code }), { status, headers: { ...type, ...headers } });
}

function refused(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
}

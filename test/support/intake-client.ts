import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Ledger, SentEvent } from './ledger.js';
import type { ServerProcess } from './server-process.js';

/** What became of a request: its status, and how a refusal was put. */
export interface Outcome {
  status: number;
  contentType: string;
  retryAfter: string | undefined;
  /** Code of the problem document; undefined for a success and for whatever is no problem document. */
  code: string | undefined;
  /** Items with another status than `stored` and `duplicate`, as the server told them. */
  unstored: Record<string, unknown>[];
}

/** Sends events as a client of the API does, and notes in the ledger what is sent and what is acknowledged. */
export class IntakeClient {
  readonly #server: ServerProcess;
  readonly #ledger: Ledger;

  constructor(server: ServerProcess, ledger: Ledger) {
    this.#server = server;
    this.#ledger = ledger;
  }

  async single(tenant: string, event: SentEvent, query = ''): Promise<Outcome> {
    this.#ledger.sent(tenant, [event]);
    const body = JSON.stringify(event);
    const response = await this.#server.fetch(`/api/v1/events${query}`, { method: 'POST', body, tenant });
    const answer = (await response.json()) as Record<string, unknown>;
    // Also where the wait for the seal was too long, the event is said to be stored.
    if (response.ok || answer.code === 'seal-timeout') this.#ledger.acknowledge(tenant, event.id);
    return outcomeOf(response.status, response.headers, answer);
  }

  async batch(tenant: string, events: readonly SentEvent[]): Promise<Outcome> {
    this.#ledger.sent(tenant, events);
    const body = JSON.stringify(events);
    const response = await this.#server.fetch('/api/v1/events/batch', { method: 'POST', body, tenant });
    const answer = (await response.json()) as Record<string, unknown>;
    const outcome = outcomeOf(response.status, response.headers, answer);
    if (response.ok) this.#note(tenant, answer.results as Record<string, unknown>[], outcome);
    return outcome;
  }

  /** Sends the groups one after the other over one request, with a pause between them; gzip if it is one group. */
  async stream(tenant: string, groups: readonly (readonly SentEvent[])[], pauseMs = 5): Promise<Outcome> {
    this.#ledger.sent(tenant, groups.flat());
    const sent = request(`${this.#server.url}/api/v1/events/stream`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#server.key}`,
        'x-tenant-id': tenant,
        'content-type': 'application/x-ndjson',
        ...(groups.length === 1 ? { 'content-encoding': 'gzip' } : {}),
      },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    answered.catch(() => undefined);
    // A connection that breaks while we write is reported by the answer.
    sent.on('error', () => undefined);
    for (const group of groups) {
      const text = group.map((event) => `${JSON.stringify(event)}\n`).join('');
      sent.write(groups.length === 1 ? gzipSync(text) : text);
      if (pauseMs > 0 && groups.length > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    sent.end();
    const [response] = await answered;
    const outcome = outcomeOf(response.statusCode!, new Headers(response.headers as Record<string, string>), {});
    for await (const line of linesOf(response)) {
      const told = parseLine(line);
      if (told === undefined) continue;
      if ('done' in told) outcome.code = (told.error as { code?: string } | undefined)?.code;
      else if (outcome.status === 200) this.#note(tenant, [told], outcome);
      else outcome.code = told.code as string;
    }
    return outcome;
  }

  #note(tenant: string, results: readonly Record<string, unknown>[], outcome: Outcome): void {
    for (const result of results) {
      if (result.status === 'stored' || result.status === 'duplicate') {
        this.#ledger.acknowledge(tenant, result.id as string);
      } else {
        outcome.unstored.push(result);
      }
    }
  }
}

function outcomeOf(status: number, headers: Headers, answer: Record<string, unknown>): Outcome {
  return {
    status,
    contentType: headers.get('content-type') ?? '',
    retryAfter: headers.get('retry-after') ?? undefined,
    code: answer.code as string | undefined,
    unstored: [],
  };
}

/** The lines of an answer. A connection that breaks ends them with its error, after the lines that came through. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** A result line; undefined for the piece of one that a killed server left. */
function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

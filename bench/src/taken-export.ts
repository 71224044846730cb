// Takes one export from a server, and sees what it costs that server.
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMib, threadCpuSeconds } from './process-usage.js';
import type { ServerProcess } from './server-process.js';
import { median } from './stats.js';

export interface Taken {
  what: string;
  seconds: number;
  events: number;
  bytes: number;
  sha256?: string;
  cpu: Cpu;
  /** Resident memory in MiB: the median of each quarter of the time, and the most. */
  memory?: { quartersMib: number[]; peakMib: number };
}

/** CPU seconds of a process, and of its event loop alone where it has one. */
export interface Cpu {
  all: number;
  loop?: number;
}

interface ShownExport {
  id: string;
  state: string;
  events_done: number;
  started_at: string;
  ended_at: string;
  files: { bytes: number; sha256: string }[];
  error?: unknown;
}

/** More events and bytes than a file of the largest bench has. */
const ONE_FILE = { events: 10_000_000, bytes: 17_179_869_184 };
/** The server tells when a job began and ended, so nothing is more exact for asking more often. */
const POLL_MS = 250;
const SAMPLE_MS = 100;
const QUIET_SHARE = 0.1;
const QUIET_LIMIT_MS = 120_000;

/** Takes exports of one tenant. */
export class ExportTaker {
  readonly #server: ServerProcess;
  readonly #headers: Record<string, string>;

  constructor(server: ServerProcess, tenant: string) {
    this.#server = server;
    this.#headers = { authorization: `Bearer ${server.key}`, 'x-tenant-id': tenant };
  }

  /** Waits until the server has nothing to do for itself any more: after a fill it merges what came. */
  async quiet(): Promise<void> {
    for (let waitedMs = 0; waitedMs < QUIET_LIMIT_MS; waitedMs += 1000) {
      const before = await this.#cpu();
      await sleep(1000);
      if ((await this.#cpu()).all - before.all < QUIET_SHARE) return;
    }
  }

  /** Runs an export as a job, to its end, and removes it. @param what format, with `+gzip` where compressed */
  job(what: string): Promise<Taken> {
    const [format, compression = 'none'] = what.split('+');
    return this.#measured(`job, ${what}`, async () => {
      const body = { format, compression, split: ONE_FILE };
      const { id } = await this.#ask<ShownExport>('POST', '/api/v1/exports', body);
      const shown = await this.#ended(id);
      await this.#ask('DELETE', `/api/v1/exports/${id}`);
      const sha256 = shown.files.length === 1 ? { sha256: shown.files[0]!.sha256 } : {};
      return {
        seconds: (Date.parse(shown.ended_at) - Date.parse(shown.started_at)) / 1000,
        events: shown.events_done,
        bytes: shown.files.reduce((sum, file) => sum + file.bytes, 0),
        ...sha256,
      };
    });
  }

  async #ended(id: string): Promise<ShownExport> {
    for (;;) {
      await sleep(POLL_MS);
      const shown = await this.#ask<ShownExport>('GET', `/api/v1/exports/${id}`);
      if (shown.state === 'done') return shown;
      if (shown.state === 'queued' || shown.state === 'running') continue;
      throw new Error(`the export ended as ${shown.state}: ${JSON.stringify(shown.error)}`);
    }
  }

  /** Takes everything as one answer, and looks at nothing of it. */
  stream(format: string): Promise<Taken> {
    return this.#measured(`one answer, ${format}`, async () => {
      const begun = performance.now();
      const answer = await fetch(this.#url(`/api/v1/events/export?format=${format}`), { headers: this.#headers });
      if (!answer.ok) throw new Error(`the export was answered with ${answer.status}: ${await answer.text()}`);
      let bytes = 0;
      for await (const piece of answer.body!) bytes += (piece as Uint8Array).length;
      const seconds = (performance.now() - begun) / 1000;
      return { seconds, events: Number(answer.headers.get('x-event-count')), bytes };
    });
  }

  async #measured(what: string, run: () => Promise<Omit<Taken, 'what' | 'cpu'>>): Promise<Taken> {
    const samples: number[] = [];
    const sampling = setInterval(() => {
      residentMib(this.#server.pid).then(
        (mib) => samples.push(mib),
        () => undefined,
      );
    }, SAMPLE_MS);
    try {
      const before = await this.#cpu();
      const taken = await run();
      const now = await this.#cpu();
      const cpu = { all: now.all - before.all, loop: now.loop - before.loop };
      return { what, ...taken, cpu, memory: { quartersMib: quarters(samples), peakMib: Math.max(...samples) } };
    } finally {
      clearInterval(sampling);
    }
  }

  async #cpu(): Promise<Required<Cpu>> {
    const threads = await threadCpuSeconds(this.#server.pid);
    const all = [...threads.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { all, loop: threads.get('event loop') ?? 0 };
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(this.#url(path), { method, headers, ...json });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.#server.port}${path}`;
  }
}

/** The medians of four quarters of the samples, in their order. */
function quarters(samples: readonly number[]): number[] {
  const at = (quarter: number) => Math.floor((samples.length * quarter) / 4);
  return [0, 1, 2, 3].map((quarter) => median(samples.slice(at(quarter), Math.max(at(quarter) + 1, at(quarter + 1)))));
}

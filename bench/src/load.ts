import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.js';
import { type PreparedRequest, prepareRequests, type RequestPlan, renewRequest } from './requests.js';
import { type Latency, latencyOf } from './stats.js';

export interface LoadJob extends RequestPlan {
  port: number;
  connections: number;
  /** Ends after this time, or after `maxEvents` if they come first. */
  seconds: number;
  maxEvents?: number;
  /** Requests before this are not in the latencies. */
  warmupSeconds: number;
  /** Keeps to this rate; without it every connection sends as soon as it has its answer. */
  eventsPerSecond?: number;
  /** Times of the events, in milliseconds since 1970, spread evenly over `maxEvents`; the present if absent. */
  timesMs?: readonly [from: number, to: number];
  /** Holds back while more events than this are acknowledged and not sealed. Needs a server with metrics. */
  maxUnsealed?: number;
}

/** How far things were at a moment, in seconds since the load began. */
export interface LoadSample {
  atSeconds: number;
  acknowledged: number;
  /** From the server's metrics; 0 where they are not asked for. */
  sealed: number;
}

export interface LoadResult {
  seconds: number;
  acknowledged: number;
  /** Answers that were neither 200 nor 201, by status. */
  refused: Record<string, number>;
  /** Of whole requests, after the warm-up. */
  latency: Latency;
  samples: LoadSample[];
}

const SAMPLE_INTERVAL_MS = 500;
const PAUSE_MS = 2;
const REFUSED_PAUSE_MS = 100;

/** Sends prepared requests over a number of connections and measures. {@link prepare} first, outside of the time. */
export class Load {
  readonly #job: LoadJob;
  readonly #idle: PreparedRequest[];
  readonly #milliseconds: number[] = [];
  readonly #refused: Record<string, number> = {};
  readonly #samples: LoadSample[] = [];
  #acknowledged = 0;
  #sent = 0;
  /** Sent, and refused ones sent as well: what a rate is held to. */
  #offered = 0;
  #sealed = 0;
  #begun = 0;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#idle = prepareRequests(job);
  }

  async run(): Promise<LoadResult> {
    const { port, connections, seconds, maxUnsealed } = this.#job;
    const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
    this.#begun = performance.now();
    const deadline = this.#begun + seconds * 1000;
    const ended = new AbortController();
    const sampling = this.#sample(maxUnsealed !== undefined, ended.signal);
    await Promise.all(open.map((connection) => this.#drive(connection, deadline)));
    const elapsed = (performance.now() - this.#begun) / 1000;
    ended.abort();
    await sampling;
    for (const connection of open) connection.close();
    return {
      seconds: elapsed,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      latency: latencyOf(this.#milliseconds),
      samples: this.#samples,
    };
  }

  async #drive(connection: HttpConnection, deadline: number): Promise<void> {
    const { eventsPerRequest, maxEvents = Number.POSITIVE_INFINITY, warmupSeconds } = this.#job;
    const measureFrom = this.#begun + warmupSeconds * 1000;
    while (performance.now() < deadline && this.#sent < maxEvents) {
      if (this.#mustWait()) {
        await sleep(PAUSE_MS);
        continue;
      }
      this.#sent += eventsPerRequest;
      this.#offered += eventsPerRequest;
      const request = this.#idle.pop()!;
      renewRequest(request, this.#timeMs());
      const sentAt = performance.now();
      const { status } = await connection.send(request.bytes);
      const now = performance.now();
      this.#idle.unshift(request);
      if (status === 200 || status === 201) {
        this.#acknowledged += eventsPerRequest;
        if (now >= measureFrom) this.#milliseconds.push(now - sentAt);
      } else {
        this.#sent -= eventsPerRequest;
        this.#refused[status] = (this.#refused[status] ?? 0) + 1;
        await sleep(REFUSED_PAUSE_MS);
      }
    }
  }

  #timeMs(): number | undefined {
    const { timesMs, maxEvents } = this.#job;
    if (timesMs === undefined || maxEvents === undefined) return undefined;
    const [from, to] = timesMs;
    return from + (to - from) * Math.min(1, this.#sent / maxEvents);
  }

  #mustWait(): boolean {
    const { eventsPerSecond, maxUnsealed } = this.#job;
    if (maxUnsealed !== undefined && this.#sent - this.#sealed > maxUnsealed) return true;
    if (eventsPerSecond === undefined) return false;
    return this.#offered > ((performance.now() - this.#begun) / 1000) * eventsPerSecond;
  }

  async #sample(withMetrics: boolean, ended: AbortSignal): Promise<void> {
    const base = withMetrics ? await readSealed(this.#job.port) : 0;
    while (!ended.aborted) {
      if (withMetrics) this.#sealed = (await readSealed(this.#job.port)) - base;
      const atSeconds = (performance.now() - this.#begun) / 1000;
      this.#samples.push({ atSeconds, acknowledged: this.#acknowledged, sealed: this.#sealed });
      await sleep(SAMPLE_INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  }
}

/** Events that the server at this port has sealed since its start. */
export async function readSealed(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const match = /^attestlog_sealed_events_total (\d+)/m.exec(await response.text());
  return Number(match?.[1] ?? 0);
}

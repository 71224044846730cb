import { Worker } from 'node:worker_threads';
import type { Admission, Source } from './admission.js';
import {
  type AdmissionRequest,
  type FromThread,
  type KeysWanted,
  type ToThread,
  unpackAdmission,
} from './admission-message.js';
import type { AdmissionOrder, Admitter } from './admitter.js';
import { packKeys } from './packed-keys.js';

export interface AdmissionThreadsOptions {
  threads: number;
  maxFutureSkewMs: number;
  /** Does the small requests, for which a thread would cost more than it saves. */
  inline: Admitter;
  /** The compiled worker; another place only where this file is not compiled. */
  worker?: URL;
}

const MIN_OFFLOADED_BYTES = 32_768;
/** Room for the objects of several batches: what outlives a small young generation is dear to collect. */
const YOUNG_GENERATION_MIB = 192;

interface Job {
  order: AdmissionOrder | undefined;
  resolve: (admission: Admission) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  jobs: Map<number, Job>;
}

/**
 * Reads and checks large requests on threads of their own, so that two processors can work on one stream of events.
 * Threads know neither the engine nor any file; keys they get from here. One that dies fails its requests and is replaced.
 */
export class AdmissionThreads implements Admitter {
  readonly #options: AdmissionThreadsOptions;
  readonly #threads: Thread[];
  #lastJob = 0;
  #closed = false;

  constructor(options: AdmissionThreadsOptions) {
    this.#options = options;
    this.#threads = Array.from({ length: options.threads }, () => this.#start());
  }

  admit(source: Source, receivedAtNs: bigint, order?: AdmissionOrder): Promise<Admission> {
    const [first, ...others] = this.#threads;
    if (first === undefined || this.#closed || sizeOf(source) < MIN_OFFLOADED_BYTES) {
      return this.#options.inline.admit(source, receivedAtNs, order);
    }
    const thread = others.reduce((least, next) => (next.jobs.size < least.jobs.size ? next : least), first);
    this.#lastJob += 1;
    const request: AdmissionRequest = {
      kind: 'admit',
      job: this.#lastJob,
      source,
      receivedAtNs,
      ...(order === undefined ? {} : { treated: { tenant: order.tenant, rules: order.rules } }),
    };
    return new Promise((resolve, reject) => {
      thread.jobs.set(request.job, { order, resolve, reject });
      send(thread, request, transferable(source));
    });
  }

  /** A thread hears of it before any request that begins afterwards. */
  forgetKeys(tenant?: string, tag?: string): void {
    this.#options.inline.forgetKeys(tenant, tag);
    for (const thread of this.#threads) send(thread, { kind: 'forget', tenant, tag });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(): Thread {
    const { maxFutureSkewMs, worker: url = new URL('./admission-worker.js', import.meta.url) } = this.#options;
    const worker = new Worker(url, {
      workerData: { maxFutureSkewMs },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    const thread: Thread = { worker, jobs: new Map() };
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'keys-wanted') return void giveKeys(thread, message);
      thread.jobs.get(message.job)?.resolve(unpackAdmission(message));
      thread.jobs.delete(message.job);
    });
    // The exit that follows an error is what counts; without a listener the error would end the process.
    let failure = new Error('an admission thread ended');
    worker.on('error', (error: Error) => {
      failure = error;
    });
    worker.on('exit', () => {
      for (const { reject } of thread.jobs.values()) reject(failure);
      if (!this.#closed) this.#threads[this.#threads.indexOf(thread)] = this.#start();
    });
    return thread;
  }
}

/** Gets a job the keys that it asks for. Where there are none, its request fails, and the thread is told to let it be. */
async function giveKeys(thread: Thread, { job, subjects }: KeysWanted): Promise<void> {
  const asking = thread.jobs.get(job);
  if (asking?.order === undefined) return;
  try {
    const { tenant, keys: source } = asking.order;
    send(thread, { kind: 'keys', job, keys: packKeys(await source.keysFor(tenant, subjects)) });
  } catch (error) {
    thread.jobs.delete(job);
    asking.reject(error);
    send(thread, { kind: 'keys', job });
  }
}

function send({ worker }: Thread, message: ToThread, transferred: ArrayBuffer[] = []): void {
  worker.postMessage(message, transferred);
}

function sizeOf(source: Source): number {
  switch (source.kind) {
    case 'values':
      return 0;
    case 'array':
      return source.bytes.length;
    case 'lines':
      return source.lines.reduce((sum, line) => sum + (line?.length ?? 0), 0);
  }
}

/** A buffer that holds nothing else changes hands; one that shares its memory with others has to be copied. */
function transferable(source: Source): ArrayBuffer[] {
  if (source.kind !== 'array') return [];
  const { buffer, byteLength } = source.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

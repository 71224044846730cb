import { Worker } from 'node:worker_threads';
import type { Admission, Source } from './admission.js';
import { type AdmissionReply, type AdmissionRequest, unpackAdmission } from './admission-message.js';
import type { Admitter } from './admitter.js';

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

interface Thread {
  worker: Worker;
  jobs: Map<number, { resolve: (admission: Admission) => void; reject: (error: Error) => void }>;
}

/**
 * Reads and checks large requests on threads of their own, so that two processors can work on one stream of events.
 * Threads know neither the engine nor any file. One that dies fails its requests and is replaced.
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

  admit(source: Source, receivedAtNs: bigint, rules?: string): Promise<Admission> {
    const [first, ...others] = this.#threads;
    if (first === undefined || this.#closed || sizeOf(source) < MIN_OFFLOADED_BYTES) {
      return this.#options.inline.admit(source, receivedAtNs, rules);
    }
    const thread = others.reduce((least, next) => (next.jobs.size < least.jobs.size ? next : least), first);
    this.#lastJob += 1;
    const request: AdmissionRequest = {
      job: this.#lastJob,
      source,
      receivedAtNs,
      ...(rules === undefined ? {} : { rules }),
    };
    return new Promise((resolve, reject) => {
      thread.jobs.set(request.job, { resolve, reject });
      thread.worker.postMessage(request, transferable(source));
    });
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
    worker.on('message', (reply: AdmissionReply) => {
      thread.jobs.get(reply.job)?.resolve(unpackAdmission(reply));
      thread.jobs.delete(reply.job);
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

import { Problem } from '../errors.js';
import { isPortFailure, PortFailure } from '../ports/failure.js';
import { type ExportDocument, isFinal, readExportKey } from './export-document.js';
import type { FoundExport } from './export-documents.js';
import { ExportRun, type ExportRunParts, ExportTaken } from './export-run.js';

export interface ExportRunnerLimits {
  /** Exports that are made at once, and of one tenant. */
  maxRunning: number;
  maxRunningPerTenant: number;
}

export interface ExportRunnerParts extends ExportRunParts {
  limits: ExportRunnerLimits;
  /** Milliseconds since 1970. */
  nowMs: () => number;
  /** Told what failed; what may succeed later is tried again. */
  onTrouble: (error: unknown) => void;
}

const LOOK_EVERY_MS = 5000;
const SWEEP_EVERY_MS = 3_600_000;
/** How often an export is tried again in one process when something does not answer, and how long after, at first. */
const MAX_ATTEMPTS = 6;
const RETRY_AFTER_MS = 250;

/** What an export says when the disk is full: nothing that trying again would mend. */
const STORAGE_FULL = 'There is no room for the files. Free some, or ask for less, and make the export again.';

/** Makes the exports that are asked for, in turn, bounded; goes on with those that a crash left; removes those that expired. */
export class ExportRunner {
  readonly #parts: ExportRunnerParts;
  /** By the key of the document. */
  readonly #running = new Map<string, { tenant: string; stop: AbortController; ended: Promise<void> }>();
  /** Attempts that failed, and when the next one may be, by the monotonic clock. */
  readonly #failures = new Map<string, { attempts: number; againAtMs: number }>();
  #wake = new AbortController();
  #stopping = new AbortController().signal;

  constructor(parts: ExportRunnerParts) {
    this.#parts = parts;
  }

  /** Something has changed: looks at once. */
  nudge(): void {
    this.#wake.abort();
  }

  /** Ends the attempt at an export that was cancelled. Its document says so already. */
  async stop(key: string): Promise<void> {
    const running = this.#running.get(key);
    running?.stop.abort();
    await running?.ended;
  }

  /** Until the signal is aborted; then attempts under way end, to be gone on with by the next process. */
  async run(signal: AbortSignal): Promise<void> {
    this.#stopping = signal;
    let sweepAtMs = 0;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      await this.#look().catch(this.#parts.onTrouble);
      if (this.#parts.clock.monotonicMs() >= sweepAtMs) {
        sweepAtMs = this.#parts.clock.monotonicMs() + SWEEP_EVERY_MS;
        await this.#parts.documents.deleteOrphans().catch(this.#parts.onTrouble);
      }
      await this.#parts.clock.sleep(this.#restMs(), AbortSignal.any([signal, this.#wake.signal]));
    }
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Until the next look, or until something may be tried again. */
  #restMs(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    const soonest = Math.min(...[...this.#failures.values()].map(({ againAtMs }) => againAtMs - nowMs));
    return Math.max(10, Math.min(LOOK_EVERY_MS, soonest));
  }

  async #look(): Promise<void> {
    for await (const found of this.#parts.documents.all()) {
      if (this.#stopping.aborted) return;
      if (Date.parse(found.value.expires_at) <= this.#parts.nowMs()) await this.remove(found);
      else if (!isFinal(found.value)) this.#start(found);
    }
  }

  /** Removes an export and its files. First the document: what it names is then known to be there no more. */
  async remove(found: FoundExport): Promise<void> {
    const { documents } = this.#parts;
    const { tenant } = readExportKey(found.key);
    await documents.delete(found).catch((error: unknown) => {
      if (!isPortFailure(error, 'conflict')) throw error;
    });
    await this.stop(found.key);
    if ((await documents.find(tenant, found.value.id)) === undefined)
      await documents.deleteFiles(tenant, found.value.id);
  }

  #start(found: FoundExport): void {
    const { limits, clock } = this.#parts;
    const { key } = found;
    const { tenant } = readExportKey(key);
    const ofTenant = [...this.#running.values()].filter((running) => running.tenant === tenant).length;
    if (this.#running.has(key) || this.#running.size >= limits.maxRunning || ofTenant >= limits.maxRunningPerTenant)
      return;
    if ((this.#failures.get(key)?.againAtMs ?? 0) > clock.monotonicMs()) return;
    const stop = new AbortController();
    const ended = this.#attempt(found, stop.signal)
      .catch(this.#parts.onTrouble)
      .finally(() => {
        this.#running.delete(key);
        this.nudge();
      });
    this.#running.set(key, { tenant, stop, ended });
  }

  async #attempt(found: FoundExport, signal: AbortSignal): Promise<void> {
    const run = new ExportRun(found, this.#parts, signal);
    try {
      await run.run();
      this.#failures.delete(found.key);
    } catch (error) {
      if (error instanceof ExportTaken || signal.aborted) await this.#removeUnwanted(found);
      else await this.#failed(found, run, error);
    }
  }

  /** What an attempt made of an export that is not wanted any more. */
  async #removeUnwanted({ key, value: { id } }: FoundExport): Promise<void> {
    const { documents } = this.#parts;
    const { tenant } = readExportKey(key);
    const now = await documents.find(tenant, id);
    if (now === undefined || now.value.state === 'cancelled') await documents.deleteFiles(tenant, id);
  }

  async #failed({ key }: FoundExport, run: ExportRun, error: unknown): Promise<void> {
    this.#parts.onTrouble(error);
    const attempts = (this.#failures.get(key)?.attempts ?? 0) + 1;
    const mayPass = isPassing(error) && attempts < MAX_ATTEMPTS;
    if (mayPass) {
      const againAtMs = this.#parts.clock.monotonicMs() + RETRY_AFTER_MS * 4 ** attempts;
      this.#failures.set(key, { attempts, againAtMs });
      return;
    }
    this.#failures.delete(key);
    await run.fail(problemOf(error)).catch((failure: unknown) => {
      if (!(failure instanceof ExportTaken)) throw failure;
    });
  }
}

function portFailure(error: unknown): PortFailure | undefined {
  if (error instanceof PortFailure) return error;
  return error instanceof Problem && error.cause instanceof PortFailure ? error.cause : undefined;
}

/** Whether it may be otherwise later. */
function isPassing(error: unknown): boolean {
  const failure = portFailure(error);
  return failure !== undefined && (failure.kind === 'unavailable' || failure.kind === 'exhausted');
}

function problemOf(error: unknown): Problem {
  const failure = portFailure(error);
  if (failure?.kind === 'full') return new Problem('storage-full', { detail: STORAGE_FULL, cause: error });
  if (error instanceof Problem) return error;
  return new Problem(failure === undefined ? 'internal' : 'objects-unavailable', { cause: error });
}

/** A document as it is after its time of life: for those who make one. */
export function expiryOf(nowMs: number, lifetimeMs: number): ExportDocument['expires_at'] {
  return new Date(nowMs + lifetimeMs).toISOString();
}

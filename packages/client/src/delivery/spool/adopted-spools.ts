import { FlushBarriers } from '../flush-barriers.js';
import { adoptSpools } from './adopt-spools.js';
import type { SpoolFiles } from './files.js';
import { OwnerWatch } from './owner-state.js';
import type { ProcessIdentity } from './process-identity.js';
import { removeSpool } from './remove-spool.js';
import { type SpoolDamage, SpoolSource } from './spool-source.js';
import { waitingBytes } from './waiting-bytes.js';

export interface AdoptedSpool {
  readonly folder: string;
  readonly source: SpoolSource;
  /** What waits in it. */
  readonly bytes: number;
}

export interface AdoptedSpoolsParts {
  readonly root: string;
  readonly damagedFolder: string;
  readonly files: SpoolFiles;
  readonly self: ProcessIdentity;
  readonly nowMs: () => number;
  readonly onDamage: (damage: SpoolDamage) => void;
}

/** The spools of processes that have ended, which we deliver in their place. */
export class AdoptedSpools {
  readonly #parts: AdoptedSpoolsParts;
  readonly #watch: OwnerWatch;
  readonly #spools = new Map<SpoolSource, { folder: string; bytes: number; events: number }>();
  readonly #finishes = new FlushBarriers();
  #finished = 0;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: AdoptedSpoolsParts) {
    this.#parts = parts;
    this.#watch = new OwnerWatch(parts.self, parts.nowMs);
  }

  get isEmpty(): boolean {
    return this.#spools.size === 0;
  }

  /** Bytes that wait in them, what is in memory included. */
  get bytes(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  /** Events in memory; how many more there are is not known before they are read. */
  get events(): number {
    return this.#sum(({ events }) => events);
  }

  /** Takes over what it finds, one search at a time. @param own the name of our own spool */
  look(own: string, onAdopted: (adopted: AdoptedSpool) => void): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(own, onAdopted)).catch(() => undefined);
    return this.#looking;
  }

  /** Resolves when no search is under way. */
  looked(): Promise<void> {
    return this.#looking;
  }

  noteRead(source: SpoolSource, events: number): void {
    const spool = this.#spools.get(source);
    if (spool !== undefined) spool.events += events;
  }

  /** False when it is none of these. */
  noteSettled(source: SpoolSource, bytes: number): boolean {
    const spool = this.#spools.get(source);
    if (spool === undefined) return false;
    spool.events -= 1;
    spool.bytes = Math.max(0, spool.bytes - bytes);
    return true;
  }

  /** One is delivered: its folder goes. */
  async finish(source: SpoolSource): Promise<void> {
    const folder = this.#spools.get(source)?.folder;
    if (folder !== undefined) await removeSpool(folder);
    this.#spools.delete(source);
    this.#finished += 1;
    this.#finishes.reach(this.#finished);
  }

  /** @throws the signal's reason when that is aborted first */
  nextFinish(signal: AbortSignal): Promise<void> {
    return this.#finishes.wait(this.#finished + 1, signal);
  }

  async #look(own: string, onAdopted: (adopted: AdoptedSpool) => void): Promise<void> {
    const { root, damagedFolder, files, nowMs, onDamage } = this.#parts;
    const known = new Set([...this.#spools.values()].map(({ folder }) => folder));
    for (const folder of await adoptSpools({ root, own, watch: this.#watch, nowMs })) {
      if (known.has(folder)) continue;
      const bytes = await waitingBytes(folder, files);
      const source = new SpoolSource({ folder, damagedFolder, files, onDamage, onReach: () => undefined });
      this.#spools.set(source, { folder, bytes, events: 0 });
      onAdopted({ folder, source, bytes });
    }
  }

  #sum(of: (spool: { bytes: number; events: number }) => number): number {
    let sum = 0;
    for (const spool of this.#spools.values()) sum += of(spool);
    return sum;
  }
}

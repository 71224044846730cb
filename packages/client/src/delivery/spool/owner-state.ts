import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lockState } from './owner-lock.js';
import { type ProcessIdentity, startOf } from './process-identity.js';

export const OWNER_FILE = 'owner.json';
/** An owner that nothing else can be found out about shows that it lives by touching its file. */
export const HEARTBEAT_MS = 30_000;
/** So many beats must be missed, as we see them with our own clock. */
const SILENT_AFTER_MS = 10 * HEARTBEAT_MS;

/** What the owner of a spool writes down of itself. */
export interface Owner extends ProcessIdentity {
  readonly lock: 'socket' | 'process';
}

/** Finds out of the owners of spools whether they live. In doubt they do: adopting the spool of the living loses events. */
export class OwnerWatch {
  readonly #self: ProcessIdentity;
  readonly #nowMs: () => number;
  /** When an owner's file was seen with another time of change than before. */
  readonly #beats = new Map<string, { changedMs: number; seenMs: number }>();

  constructor(self: ProcessIdentity, nowMs: () => number) {
    this.#self = self;
    this.#nowMs = nowMs;
  }

  /** Whether the owner of a spool has ended for good. A spool has one owner and never gets another in its place. */
  async isGone(folder: string): Promise<boolean> {
    const owner = await readOwner(folder);
    if (owner === undefined) return this.#isSilent(folder);
    if (owner.kernel === this.#self.kernel) {
      const isGone = owner.lock === 'socket' ? await isLockFree(folder) : isProcessGone(owner, this.#self);
      return isGone ?? this.#isSilent(folder);
    }
    // The same machine with another kernel was restarted.
    return owner.machine === this.#self.machine || this.#isSilent(folder);
  }

  /** Another machine's, on a shared file system: its file must not have changed for long. */
  async #isSilent(folder: string): Promise<boolean> {
    let changedMs: number;
    try {
      changedMs = (await stat(join(folder, OWNER_FILE))).mtimeMs;
    } catch {
      changedMs = 0;
    }
    const seenMs = this.#nowMs();
    const before = this.#beats.get(folder);
    if (before?.changedMs !== changedMs) {
      this.#beats.set(folder, { changedMs, seenMs });
      return false;
    }
    return seenMs - before.seenMs >= SILENT_AFTER_MS;
  }
}

async function isLockFree(folder: string): Promise<boolean | undefined> {
  const state = await lockState(folder);
  return state === 'unknown' ? undefined : state === 'free';
}

function isProcessGone(owner: Owner, self: ProcessIdentity): boolean | undefined {
  if (owner.pidNamespace !== self.pidNamespace) return undefined;
  if (owner.started !== '') return startOf(owner.pid) !== owner.started;
  try {
    process.kill(owner.pid, 0);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? true : undefined;
  }
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, OWNER_FILE), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

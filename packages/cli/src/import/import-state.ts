import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, usageFailure } from '../failure.js';
import { readIfThere, writeAtomically } from '../files.js';
import { isRecord } from '../http/problem-details.js';
import { type SourceFile, STDIN_PATH } from './source-files.js';

const VERSION = 1;
const SAVE_INTERVAL_MS = 1000;

/** What an import is about: with the same, an interrupted one goes on. */
export interface ImportIdentity {
  readonly url: string;
  readonly tenant: string;
  readonly format: string;
  readonly paths: readonly string[];
}

/** A file at the time it was read, with the number of its records that have their result. */
interface FileState {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly acknowledged: number;
}

/** Where the state of such an import is kept when nothing else is said (XDG base directories). */
export function defaultStateFile(identity: ImportIdentity, env: Readonly<Record<string, string | undefined>>): string {
  const paths = identity.paths.map((path) => (path === STDIN_PATH ? path : resolve(path)));
  const key = JSON.stringify([identity.url, identity.tenant, identity.format, ...paths]);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const base = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  return join(base, 'attestlog', 'imports', `${name}.json`);
}

/**
 * Remembers how far an import has come, in a file that is removed when it has come to its end. The standard input is
 * not remembered: it cannot be read again.
 */
export class ImportState {
  readonly #path: string;
  readonly #now: () => number;
  readonly #finished: Map<string, FileState>;
  #current: FileState | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, now: () => number, finished: readonly FileState[], current?: FileState) {
    this.#path = path;
    this.#now = now;
    this.#finished = new Map(finished.map((state) => [state.path, state]));
    this.#current = current;
  }

  /** @throws CliFailure `usage` for a file that cannot be read or is no state of an import */
  static async load(path: string, now: () => number, restart: boolean): Promise<ImportState> {
    let text: string | undefined;
    try {
      text = restart ? undefined : await readIfThere(path);
    } catch (error) {
      throw usageFailure(`Cannot read the state file ${path}: ${messageOf(error)}`);
    }
    if (text === undefined) return new ImportState(path, now, []);
    const state = parseState(text);
    if (state === undefined) {
      throw usageFailure(`${path} is not the state of an import`, 'Name another file, or start over with --restart.');
    }
    return new ImportState(path, now, state.finished, state.current);
  }

  /** How many records of this file have their result already; Infinity for all of it. 0 if the file has changed. */
  acknowledged(source: SourceFile): number {
    if (sameFile(this.#finished.get(source.path), source)) return Number.POSITIVE_INFINITY;
    return sameFile(this.#current, source) ? (this.#current?.acknowledged ?? 0) : 0;
  }

  /** Number of records of a file that is finished. */
  recordsOf(source: SourceFile): number {
    return this.#finished.get(source.path)?.acknowledged ?? 0;
  }

  /** Notes that the first `acknowledged` records of the file have their result. Saved now and then. */
  advance({ path, size, mtimeMs }: SourceFile, acknowledged: number): void {
    if (path === STDIN_PATH) return;
    this.#current = { path, size, mtimeMs, acknowledged };
    this.#saveNowAndThen();
  }

  /** Notes that all records of the file have their result. */
  finish({ path, size, mtimeMs }: SourceFile, records: number): void {
    if (path === STDIN_PATH) return;
    this.#finished.set(path, { path, size, mtimeMs, acknowledged: records });
    if (this.#current?.path === path) this.#current = undefined;
    this.#saveNowAndThen();
  }

  /** Saves what has been noted. */
  async save(): Promise<void> {
    await this.#saving.catch(() => {});
    if (this.#finished.size === 0 && this.#current === undefined) return;
    await this.#write();
  }

  /** The import is complete: nothing is left to be remembered. */
  async remove(): Promise<void> {
    await this.#saving.catch(() => {});
    await rm(this.#path, { force: true });
  }

  #saveNowAndThen(): void {
    if (this.#now() - this.#savedAt < SAVE_INTERVAL_MS) return;
    this.#savedAt = this.#now();
    this.#saving = this.#saving.then(() => this.#write());
    // Losing the state costs only time: everything can be sent again. The last save tells if it fails.
    this.#saving.catch(() => {});
  }

  async #write(): Promise<void> {
    const state = { version: VERSION, finished: [...this.#finished.values()], current: this.#current };
    await writeAtomically(this.#path, `${JSON.stringify(state)}\n`);
  }
}

function sameFile(state: FileState | undefined, source: SourceFile): boolean {
  return state?.path === source.path && state.size === source.size && state.mtimeMs === source.mtimeMs;
}

function parseState(text: string): { finished: FileState[]; current?: FileState } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value.version !== VERSION || !Array.isArray(value.finished)) return undefined;
    const { finished, current } = value;
    if (!finished.every(isFileState)) return undefined;
    if (current === undefined) return { finished };
    return isFileState(current) ? { finished, current } : undefined;
  } catch {
    return undefined;
  }
}

function isFileState(value: unknown): value is FileState {
  return (
    isRecord(value) &&
    typeof value.path === 'string' &&
    ['size', 'mtimeMs', 'acknowledged'].every((name) => typeof value[name] === 'number')
  );
}

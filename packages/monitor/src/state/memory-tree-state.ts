import type { ByteName } from '../watch/byte-name.js';
import type { WatchRecord } from '../watch/file-change.js';
import type { FileState } from './file-state.js';
import type { Slot, StateHead, StateWrite, TreeState } from './tree-state.js';

/** A state that ends with the process: for a monitor that need not know what happened while it was stopped, and tests. */
export class MemoryTreeState implements TreeState {
  readonly head: StateHead;
  #records: WatchRecord[] = [];
  readonly #directories = new Map<number, Map<ByteName, FileState>>();

  constructor(id: string, root: string) {
    this.head = { id, root, baselined: false, lastRanMs: 0, nextDirectory: 2, lastSequence: 0 };
  }

  get({ directory, name }: Slot): FileState | undefined {
    return copyOf(this.#directories.get(directory)?.get(name));
  }

  *children(directory: number): Iterable<readonly [ByteName, FileState]> {
    const entries = [...(this.#directories.get(directory) ?? [])];
    for (const [name, entry] of entries.sort(([one], [other]) => (one < other ? -1 : 1))) yield [name, { ...entry }];
  }

  *all(): Iterable<StateWrite> {
    for (const [directory, entries] of this.#directories) {
      for (const [name, entry] of entries) yield { directory, name, entry: { ...entry } };
    }
  }

  *directoriesAndLinks(): Iterable<StateWrite> {
    for (const [directory, entries] of this.#directories) {
      for (const [name, entry] of entries) {
        if (entry.kind === 'directory' || (entry.stat?.linkCount ?? 1) > 1) yield { directory, name, entry };
      }
    }
  }

  async write(writes: readonly StateWrite[], records: readonly WatchRecord[]): Promise<void> {
    this.writeFast(writes);
    this.#records.push(...records);
    this.head.lastSequence = records.at(-1)?.sequence ?? this.head.lastSequence;
  }

  records(): WatchRecord[] {
    return [...this.#records];
  }

  async forget(sequence: number): Promise<void> {
    this.#records = this.#records.filter((record) => record.sequence > sequence);
  }

  writeFast(writes: readonly StateWrite[]): void {
    for (const { directory, name, entry } of writes) {
      if (entry !== null) this.#entries(directory).set(name, { ...entry });
      else if (this.#directories.get(directory)?.delete(name) && this.#entries(directory).size === 0) {
        this.#directories.delete(directory);
      }
    }
  }

  async close(): Promise<void> {}

  #entries(directory: number): Map<ByteName, FileState> {
    const entries = this.#directories.get(directory) ?? new Map<ByteName, FileState>();
    this.#directories.set(directory, entries);
    return entries;
  }
}

function copyOf(entry: FileState | undefined): FileState | undefined {
  return entry === undefined ? undefined : { ...entry };
}

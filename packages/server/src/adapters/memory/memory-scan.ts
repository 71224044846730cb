import { compileFilter } from '@attestlog/event';
import type { EntryPlace } from '../../ports/event-selection.js';
import { PortFailure } from '../../ports/failure.js';
import type { ReadOptions } from '../../ports/read-options.js';
import {
  type EntryScan,
  type LineForm,
  SCAN_BATCH_MAX_ENTRIES,
  type ScanQuery,
  SEALED_MARK,
} from '../../ports/scan.js';
import type { StoredEntry } from '../../ports/store.js';
import type { MemoryHandle } from './memory-handle.js';
import type { MemoryStoreState, StoredRow } from './memory-rows.js';

export class MemoryScan implements EntryScan {
  readonly #state: MemoryStoreState;
  readonly #handle: MemoryHandle;

  constructor(state: MemoryStoreState, handle: MemoryHandle) {
    this.#state = state;
    this.#handle = handle;
  }

  async *scan(query: ScanQuery, { signal }: ReadOptions = {}): AsyncGenerator<StoredEntry[]> {
    requireWanted(signal);
    const found = await this.#handle.run('scan', () => this.#found(query));
    for (let at = 0; at < found.length; at += SCAN_BATCH_MAX_ENTRIES) {
      requireWanted(signal);
      yield found.slice(at, at + SCAN_BATCH_MAX_ENTRIES);
    }
    requireWanted(signal);
  }

  async *lines(query: ScanQuery, form: LineForm, options?: ReadOptions): AsyncGenerator<Uint8Array> {
    for await (const entries of this.scan(query, options)) {
      yield Buffer.concat(entries.map((entry) => lineOf(entry, form)));
    }
  }

  #found({ tenant, before, fromNs, toNs, after, filter }: ScanQuery): StoredEntry[] {
    const fits = filter === undefined ? () => true : compileFilter(filter);
    const isFound = (row: StoredRow) =>
      row.tenant === tenant &&
      row.position < before &&
      (fromNs === undefined || row.timeNs >= fromNs) &&
      (toNs === undefined || row.timeNs <= toNs) &&
      (after === undefined || oldestFirst(after, row) < 0) &&
      fits(JSON.parse(new TextDecoder().decode(row.entry)), row.sealed);
    return this.#state.rows
      .filter(isFound)
      .sort(oldestFirst)
      .map(({ index, position, entry, sealed }) => ({ index, position, entry: new Uint8Array(entry), sealed }));
  }
}

function lineOf({ index, position, entry, sealed = '' }: StoredEntry, { lead, withSealed }: LineForm): Uint8Array {
  const end = withSealed && sealed !== '' ? `${String.fromCharCode(SEALED_MARK)}${sealed}\n` : '}\n';
  return Buffer.concat([
    Buffer.from(`${lead}{"index":${index},"position":${position},"event":`),
    entry,
    Buffer.from(end),
  ]);
}

function oldestFirst(a: EntryPlace, b: EntryPlace): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1;
  return a.index - b.index;
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new PortFailure('cancelled', 'store: nobody waits for the scan any more');
}

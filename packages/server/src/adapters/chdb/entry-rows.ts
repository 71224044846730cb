import type { StoredEntry } from '../../ports/store.js';
import { RowBinaryReader } from './row-binary.js';

/** What {@link readEntries} reads, of the table of events. */
export const ENTRY_COLUMNS = 'leaf_index, position, entry, sealed';

/** The entries of a result in RowBinary; their bytes are views of it. */
export function readEntries(bytes: Uint8Array): StoredEntry[] {
  const reader = new RowBinaryReader(bytes);
  const entries: StoredEntry[] = [];
  while (!reader.done) {
    const [index, position, entry] = [reader.uint64(), reader.uint64(), reader.bytes()];
    entries.push({ index, position, entry, sealed: reader.text() || undefined });
  }
  return entries;
}

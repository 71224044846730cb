import { from } from '../failures.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { StoredEntry } from '../ports/store.js';
import type { EvidencePackParts, PlannedPack } from './planned-pack.js';

/** Entries that are looked at together: their proofs share tiles, and their keys are found at once. */
export const ENTRIES_TOGETHER = 256;

/** The entries that a pack is about, a few at a time. Those that are newer than its checkpoint are among them. */
export async function* packedEntries(
  { request, before }: PlannedPack,
  { store, scan }: Pick<EvidencePackParts, 'store' | 'scan'>,
  options: ReadOptions,
): AsyncGenerator<StoredEntry[]> {
  const { tenant, selection, reader } = request;
  if (selection.kind === 'range') {
    const { fromIndex, toIndex } = selection;
    for (let start = fromIndex; start < toIndex; start += ENTRIES_TOGETHER) {
      options.signal?.throwIfAborted();
      yield await from('store', store.entries(tenant, start, Math.min(start + ENTRIES_TOGETHER, toIndex)));
    }
    return;
  }
  for await (const batch of scan.entries(tenant, { ...selection, before }, reader, options)) {
    for (let at = 0; at < batch.length; at += ENTRIES_TOGETHER) yield batch.slice(at, at + ENTRIES_TOGETHER);
  }
}

import type { Registry } from '../ports/registry.js';

/**
 * The document `sequencer.PARTITION`: how far the journal is sealed, and the batch under way.
 *
 * A batch is fixed here, by compare-and-swap, before anything of it is done. So whoever does it, and however often,
 * does the same: the same chunks, hence the same indexes, rows and roots. The change that empties `batch` and moves
 * `committed` is the one moment at which the batch's rows and heads begin to count.
 */
export interface PartitionState {
  /** Every chunk up to and including this sequence is sealed. */
  committed: number;
  /** The chunks after `committed` up to and including `through` are being sealed. */
  batch: { through: number } | null;
}

export interface LoadedState {
  state: PartitionState;
  /** 0 when there is no document yet. */
  revision: number;
}

export function partitionKey(partition: number): string {
  return `sequencer.${partition}`;
}

export async function loadPartitionState(registry: Registry, partition: number): Promise<LoadedState> {
  const document = await registry.get<PartitionState>(partitionKey(partition));
  if (document === undefined) return { state: { committed: 0, batch: null }, revision: 0 };
  return { state: document.value, revision: document.revision };
}

export async function swapPartitionState(
  registry: Registry,
  partition: number,
  state: PartitionState,
  expectedRevision: number,
): Promise<LoadedState> {
  const revision = await registry.put(partitionKey(partition), state, expectedRevision);
  return { state, revision };
}

import type { FileStat, Modified } from './file-change.js';

type Aspect = Modified['aspect'];

/**
 * A write within this time before a look may leave no trace in times: the kernel's clock for them ticks every few
 * milliseconds. A notice of a write is believed then, though nothing differs.
 */
const TICK_NS = 12_000_000n;

export interface DifferenceOptions {
  /** The kernel told of a write. */
  readonly written: boolean;
  /** The kernel told all there was, so a modification time that was set by hand is metadata and no content. */
  readonly told: boolean;
  /** A rename or another name for the inode changes its `changedNs` and nothing else. */
  readonly renamed: boolean;
  readonly nowNs: bigint;
}

/** What differs between two looks at the same inode. Of a directory only permissions count: its times follow its entries. */
export function aspectsOf(before: FileStat, after: FileStat, options: DifferenceOptions): Aspect[] {
  const aspects: Aspect[] = [];
  if (after.kind !== 'directory' && contentDiffers(before, after, options)) aspects.push('content');
  if (before.mode !== after.mode || before.userId !== after.userId || before.groupId !== after.groupId) {
    aspects.push('permissions');
  }
  if (aspects.length > 0 || after.kind === 'directory') return aspects;
  const attributes = before.changedNs !== after.changedNs && !options.renamed;
  return attributes || before.modifiedNs !== after.modifiedNs ? ['metadata'] : [];
}

/** Whether content that was read at one look is that of the other. */
export function sameContent(before: FileStat, after: FileStat): boolean {
  return sameInode(before, after) && before.sizeBytes === after.sizeBytes && before.modifiedNs === after.modifiedNs;
}

export function sameInode(before: FileStat, after: FileStat): boolean {
  return before.inode === after.inode && before.device === after.device && before.kind === after.kind;
}

function contentDiffers(before: FileStat, after: FileStat, { written, told, nowNs }: DifferenceOptions): boolean {
  if (before.sizeBytes !== after.sizeBytes) return true;
  if (before.modifiedNs !== after.modifiedNs) return written || !told;
  return written && nowNs - after.modifiedNs < TICK_NS;
}

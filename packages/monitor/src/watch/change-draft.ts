import { hash } from 'node:crypto';
import type { FileState } from '../state/file-state.js';
import type { StateWrite } from '../state/tree-state.js';
import { type ByteName, readable } from './byte-name.js';
import type { Change, FileKind, FileStat, Found, KnownFile, Modified } from './file-change.js';

/** A change as it is found: what comes after it in the same batch may still complete it, or make another of it. */
export interface ChangeDraft {
  type: Change['type'];
  /** As the tree was when it happened. */
  path: ByteName;
  oldPath: ByteName | null;
  kind: FileKind;
  readonly found: Found;
  aspect: Modified['aspect'] | null;
  replaced: boolean;
  movedIn: boolean;
  movedOut: boolean;
  /** What lies there after it; its stat may be filled in later. Null for what is deleted. */
  entry: FileState | null;
  before: KnownFile | null;
  readonly writes: StateWrite[];
  /** Became part of another change. */
  dropped: boolean;
}

export function draft(
  type: Change['type'],
  about: Pick<ChangeDraft, 'path' | 'kind' | 'found' | 'entry'> & Partial<ChangeDraft>,
): ChangeDraft {
  return {
    type,
    oldPath: null,
    aspect: null,
    replaced: false,
    movedIn: false,
    movedOut: false,
    before: null,
    writes: [],
    dropped: false,
    ...about,
  };
}

export function knownFile({ stat, checksum }: FileState): KnownFile {
  return { stat, checksum };
}

/** Which start of the monitor, and of which state. */
export interface RunIdentity {
  readonly stateId: string;
  readonly run: string;
}

export function finished(of: ChangeDraft, by: RunIdentity, sequence: number, seenAtMs: number): Change {
  const { text, bytes } = readable(of.path);
  const common = {
    sequence,
    id: identityOf(of, by, sequence),
    kind: of.kind,
    path: text,
    ...(bytes === undefined ? {} : { pathBytes: bytes }),
    found: of.found,
    seenAtMs,
    stat: of.entry?.stat ?? null,
    before: of.before,
  };
  if (of.type === 'created') return { type: 'created', ...common, ...(of.movedIn ? { movedIn: true } : {}) };
  if (of.type === 'deleted') return { type: 'deleted', ...common, ...(of.movedOut ? { movedOut: true } : {}) };
  const replaced = of.replaced ? { replaced: true as const } : {};
  if (of.type === 'modified') return { type: 'modified', ...common, aspect: of.aspect ?? 'content', ...replaced };
  const old = readable(of.oldPath ?? '');
  const oldBytes = old.bytes === undefined ? {} : { oldPathBytes: old.bytes };
  return { type: 'renamed', ...common, oldPath: old.text, ...oldBytes, ...replaced };
}

/**
 * What makes a change the change that it is: where, what, and the inode with its times before and after. Neither when nor
 * how it was found, so that who finds it again after a crash gives it the same id. Where the looks cannot tell before
 * from after, no later start can find it again either, and its number in this run tells it from others of the kind.
 */
function identityOf(of: ChangeDraft, { stateId, run }: RunIdentity, sequence: number): string {
  const before = statText(of.before?.stat);
  const after = statText(of.entry?.stat);
  const occasion = before === after ? `${run}:${sequence}` : '';
  return identity([stateId, of.type, of.aspect, of.path, of.oldPath, before, after, occasion]);
}

export function identity(parts: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}

function statText(stat: FileStat | null | undefined): string {
  if (!stat) return '';
  const { device, inode, sizeBytes, modifiedNs, changedNs, mode, userId, groupId } = stat;
  return `${device}:${inode}:${sizeBytes}:${modifiedNs}:${changedNs}:${mode}:${userId}:${groupId}`;
}

import type { Created, Deleted, FileStat, Modified, Renamed } from '../src/watch/file-change.js';

/** A moment that tests speak of: 2026-03-01T10:00:00.123Z. */
export const SEEN_AT_MS = Date.UTC(2026, 2, 1, 10, 0, 0, 123);

export const fileStat = (more: Partial<FileStat> = {}): FileStat => ({
  kind: 'file',
  device: 1n,
  inode: 17n,
  sizeBytes: 24,
  modifiedNs: BigInt(SEEN_AT_MS) * 1_000_000n - 5n,
  changedNs: BigInt(SEEN_AT_MS) * 1_000_000n - 5n,
  mode: 0o644,
  userId: 1000,
  groupId: 1000,
  linkCount: 1,
  ...more,
});

const observed = {
  sequence: 1,
  id: 'change-1',
  kind: 'file',
  path: 'src/main.ts',
  found: 'seen',
  seenAtMs: SEEN_AT_MS,
  stat: fileStat(),
  before: null,
} as const;

export const created = (more: Partial<Created> = {}): Created => ({ ...observed, type: 'created', ...more });
export const modified = (more: Partial<Modified> = {}): Modified => ({
  ...observed,
  type: 'modified',
  aspect: 'content',
  ...more,
});
export const deleted = (more: Partial<Deleted> = {}): Deleted => ({
  ...observed,
  type: 'deleted',
  stat: null,
  ...more,
});
export const renamed = (more: Partial<Renamed> = {}): Renamed => ({
  ...observed,
  type: 'renamed',
  oldPath: 'src/old.ts',
  ...more,
});

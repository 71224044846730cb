import { decodeBundle, encodeBundle, entriesPath, leafHash, nodeHash, TILE_WIDTH, tilePath } from '@attestlog/tlog';
import type { LogCopy } from './log-copy.js';

/** What somebody with access to the files could do to them. */
export interface Tampering {
  name: string;
  /** Does it to a copy of its own. */
  apply: (copy: LogCopy) => void;
  /** The findings that `attestlog verify` has to name, and no others. */
  violations: Record<string, unknown>[];
  /** How the foreign verifiers put it. fsck compares pieces at the same time and may name any that is wrong. */
  fsck: RegExp;
  torchwood: string;
}

const FULL = TILE_WIDTH;

/** Each for a log of 513 entries: two full bundles and tiles, and a partial one of a single entry. */
export const tamperings: Tampering[] = [
  {
    name: 'a byte of an entry is flipped',
    apply: (copy) => editEntries(copy, 0, FULL, (entries) => flipBit(entries[100]!, 20)),
    violations: [{ code: 'changed-entry', index: 100 }],
    fsck: /tile\/[01]\/000.*: log has:/,
    torchwood: 'hash mismatch for entry 100',
  },
  {
    name: 'the last entry, in a partial bundle, is changed',
    apply: (copy) => editEntries(copy, 2, 1, (entries) => flipBit(entries[0]!, 20)),
    violations: [{ code: 'changed-entry', index: 512 }],
    fsck: /tile\/0\/002\.p\/1: log has:/,
    torchwood: 'hash mismatch for entry 512',
  },
  {
    name: 'two entries are swapped',
    apply: (copy) =>
      editEntries(copy, 1, FULL, (entries) => {
        [entries[3], entries[200]] = [entries[200]!, entries[3]!];
      }),
    violations: [
      { code: 'reordered-entry', index: 259, foundIndex: 456 },
      { code: 'reordered-entry', index: 456, foundIndex: 259 },
    ],
    fsck: /tile\/[01]\/00[01].*: log has:/,
    torchwood: 'hash mismatch for entry 259',
  },
  {
    name: 'an entry bundle is removed',
    apply: (copy) => remove(copy, entriesPath(2, 1)),
    violations: [{ code: 'missing-entry', index: 512 }],
    fsck: /tile\/entries\/002.*does not exist/,
    torchwood: 'tile/entries/002.p/1: unexpected status code 404',
  },
  {
    name: 'a hash tile is removed',
    apply: (copy) => remove(copy, tilePath({ level: 0, index: 1, width: FULL })),
    violations: [{ code: 'bad-tile', tile: { level: 0, index: 1 } }],
    fsck: /tile\/0\/001.*does not exist/,
    torchwood: 'tile/0/001: unexpected status code 404',
  },
  {
    name: 'a hash tile is changed',
    apply: (copy) => flipBit(file(copy, tilePath({ level: 0, index: 0, width: FULL })), 1000),
    violations: [{ code: 'bad-tile', tile: { level: 0, index: 0 } }],
    fsck: /tile\/0\/000: log has:/,
    torchwood: 'inconsistent tile',
  },
  {
    name: 'a hash tile of level 1 is changed',
    apply: (copy) => flipBit(file(copy, tilePath({ level: 1, index: 0, width: 2 })), 40),
    violations: [{ code: 'bad-tile', tile: { level: 1, index: 0 } }],
    fsck: /tile\/1\/000\.p\/2: log has:/,
    torchwood: 'inconsistent tile',
  },
  {
    name: 'an entry is changed, and every hash tile made to fit it',
    apply: (copy) => {
      editEntries(copy, 0, FULL, (entries) => flipBit(entries[100]!, 20));
      const leaves = decodeBundle(file(copy, entriesPath(0, FULL)), FULL).map(leafHash);
      file(copy, tilePath({ level: 0, index: 0, width: FULL })).set(Buffer.concat(leaves));
      file(copy, tilePath({ level: 1, index: 0, width: 2 })).set(rootOf(leaves));
    },
    violations: [{ code: 'wrong-root' }],
    fsck: /calculated root \w+, but checkpoint claims/,
    torchwood: 'inconsistent tile',
  },
  {
    name: 'the checkpoint is rewritten to a smaller log',
    apply: (copy) => {
      const text = new TextDecoder().decode(file(copy, 'checkpoint'));
      copy.set('checkpoint', new TextEncoder().encode(text.replace('\n513\n', '\n512\n')));
    },
    violations: [{ code: 'bad-signature' }],
    fsck: /invalid signature/,
    torchwood: 'invalid signature',
  },
];

/** A copy that can be tampered with alone. */
export function cloneCopy(copy: LogCopy): LogCopy {
  return new Map([...copy].map(([path, bytes]) => [path, Uint8Array.from(bytes)]));
}

function editEntries(copy: LogCopy, index: number, width: number, edit: (entries: Uint8Array[]) => void): void {
  const path = entriesPath(index, width);
  const entries = decodeBundle(file(copy, path), width);
  edit(entries);
  copy.set(path, encodeBundle(entries));
}

/** Root of a tree with a power of two of leaves. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  const half = hashes.length / 2;
  return nodeHash(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
}

function flipBit(bytes: Uint8Array, at: number): void {
  bytes[at]! ^= 1;
}

function remove(copy: LogCopy, path: string): void {
  if (!copy.delete(path)) throw new Error(`the copy has no ${path}`);
}

function file(copy: LogCopy, path: string): Uint8Array {
  const bytes = copy.get(path);
  if (bytes === undefined) throw new Error(`the copy has no ${path}`);
  return bytes;
}

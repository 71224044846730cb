import { leafHash, nodeHash } from '@attestlog/tlog';

/** The root of these leaf hashes, straight from RFC 6962 section 2.1. */
export function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

export function leavesOf(entries: readonly Uint8Array[]): Uint8Array[] {
  return entries.map((entry) => leafHash(entry));
}

/** The hashes that tiles of this level hold. */
export function naiveNodes(leaves: readonly Uint8Array[], level: number): Uint8Array[] {
  const width = 256 ** level;
  return Array.from({ length: Math.floor(leaves.length / width) }, (_, i) =>
    naiveRoot(leaves.slice(i * width, (i + 1) * width)),
  );
}

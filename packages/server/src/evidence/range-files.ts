import { evidenceFiles, formatRangeProof, hashesOfRange, rangeProof, type TileReader } from '@attestlog/tlog';
import type { EvidenceSelection } from './evidence-request.js';
import type { ArchivedFile } from './zip-archive.js';

const HASH_BYTES = 32;

/** What proves that a range is whole: its leaf hashes, also of entries that are gone, and how they lead to the root. */
export async function* rangeFiles(
  { fromIndex, toIndex }: Extract<EvidenceSelection, { kind: 'range' }>,
  treeSize: number,
  tiles: TileReader,
): AsyncGenerator<ArchivedFile> {
  const leaves = await hashesOfRange(fromIndex, toIndex, treeSize, tiles);
  const lines: string[] = [];
  for (let at = 0; at < leaves.length; at += HASH_BYTES) {
    lines.push(`${Buffer.from(leaves.subarray(at, at + HASH_BYTES)).toString('base64')}\n`);
  }
  yield { name: evidenceFiles.leaves, bytes: Buffer.from(lines.join('')) };
  const proof = await rangeProof(fromIndex, toIndex, treeSize, tiles);
  yield { name: evidenceFiles.rangeProof, bytes: Buffer.from(formatRangeProof(proof)) };
}

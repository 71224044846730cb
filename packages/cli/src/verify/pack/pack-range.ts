import {
  type EvidenceManifest,
  evidenceFiles,
  parseRangeProof,
  type RangeProof,
  TlogError,
  verifyRange,
} from '@attestlog/tlog';
import type { PackCheckpoint } from './pack-proofs.js';
import type { PackViolations } from './pack-violation.js';
import type { SummedFiles } from './summed-files.js';

const HASH_BYTES = 32;

/** Whether the leaf hashes in a pack are all those of its range, by its checkpoint. What is wrong is told. */
export async function isRangeProven(
  files: SummedFiles,
  { range }: EvidenceManifest,
  checkpoint: PackCheckpoint | undefined,
  violations: PackViolations,
): Promise<boolean> {
  const leaves = hashesOf(await files.text(evidenceFiles.leaves));
  const proof = proofOf(await files.text(evidenceFiles.rangeProof));
  const isOfRange = proof !== undefined && proof.from === range?.from_index && proof.to === range.to_index;
  const isProven =
    isOfRange &&
    leaves !== undefined &&
    checkpoint !== undefined &&
    !files.isAltered(evidenceFiles.leaves, evidenceFiles.rangeProof) &&
    verifyRange(proof, leaves, checkpoint.size, checkpoint.root);
  if (!isProven) {
    violations.add(
      'incomplete-range',
      'It is not proven that the range has just the entries whose leaf hashes are here.',
    );
  }
  return isProven;
}

function hashesOf(text: string | undefined): Buffer | undefined {
  if (text === undefined || !text.endsWith('\n')) return undefined;
  const hashes = text
    .slice(0, -1)
    .split('\n')
    .map((line) => Buffer.from(line, 'base64'));
  return hashes.every((hash) => hash.length === HASH_BYTES) ? Buffer.concat(hashes) : undefined;
}

function proofOf(text: string | undefined): RangeProof | undefined {
  try {
    return text === undefined ? undefined : parseRangeProof(text);
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
}

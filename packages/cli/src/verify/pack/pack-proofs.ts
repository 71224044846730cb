import {
  type EvidenceRole,
  evidenceName,
  leafHash,
  type OpenedCheckpoint,
  parseReceipt,
  TlogError,
  verifyInclusion,
} from '@attestlog/tlog';
import type { PackViolation } from './pack-violation.js';
import type { SummedFiles } from './summed-files.js';

/** The one checkpoint that everything in a pack is proven against. */
export interface PackCheckpoint extends OpenedCheckpoint {
  /** The signed note. */
  readonly text: string;
}

/** An entry with what is wrong with its proof; nothing is where the log had it at its index. */
export interface ProvenEntry {
  readonly entry: Buffer | undefined;
  readonly problem: PackViolation | undefined;
}

/** Holds an entry of a pack against its receipt, and that against the checkpoint. */
export async function proveEntry(
  files: SummedFiles,
  index: number,
  roles: { entry: EvidenceRole; receipt: EvidenceRole },
  checkpoint: PackCheckpoint | undefined,
): Promise<ProvenEntry> {
  const [entryName, receiptName] = [evidenceName(roles.entry, index), evidenceName(roles.receipt, index)];
  const entry = await files.read(entryName);
  const receipt = await files.text(receiptName);
  const problem = problemOf(entry, receipt, index, checkpoint);
  if (problem !== undefined || !files.isAltered(entryName, receiptName)) return { entry, problem };
  return { entry, problem: { code: 'altered-file', message: 'Its files are not as they were packed.' } };
}

function problemOf(
  entry: Buffer | undefined,
  receipt: string | undefined,
  index: number,
  checkpoint: PackCheckpoint | undefined,
): PackViolation | undefined {
  if (entry === undefined) return { code: 'missing-file', message: 'The entry is not there, or cannot be read.' };
  if (receipt === undefined) return { code: 'missing-file', message: 'Its receipt is not there, or cannot be read.' };
  if (checkpoint === undefined)
    return { code: 'bad-checkpoint', message: 'There is no checkpoint to prove it against.' };
  try {
    const { index: own, proof, checkpoint: text } = parseReceipt(receipt);
    if (own !== index) return { code: 'other-index', message: `Its receipt is for entry ${own}.` };
    if (text !== checkpoint.text) {
      return { code: 'other-checkpoint', message: 'Its receipt is for another checkpoint than that of the pack.' };
    }
    if (verifyInclusion(index, checkpoint.size, leafHash(entry), proof, checkpoint.root)) return undefined;
    return {
      code: 'not-included',
      message: `The proof does not show that this is entry ${index} of ${checkpoint.origin}.`,
    };
  } catch (error) {
    if (error instanceof TlogError) return { code: error.code, message: `${error.message}.` };
    throw error;
  }
}

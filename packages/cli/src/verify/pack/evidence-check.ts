import {
  type Cosignature,
  type EvidenceManifest,
  evidenceFiles,
  evidenceName,
  type NoteVerifier,
  openCheckpoint,
  parseEvidenceManifest,
  parseEvidenceName,
  TlogError,
} from '@attestlog/tlog';
import { isRecord } from '../../http/problem-details.js';
import { jsonOf } from '../json-of.js';
import type { PackFiles } from './pack-files.js';
import { PackPayloads, type PayloadCounts } from './pack-payloads.js';
import { type PackCheckpoint, proveEntry } from './pack-proofs.js';
import { isRangeProven } from './pack-range.js';
import { PackSealed, type SealedCounts } from './pack-sealed.js';
import { type PackViolation, PackViolations } from './pack-violation.js';
import { SummedFiles } from './summed-files.js';

const MAX_VIOLATIONS = 1000;

/**
 * What is found of one event.
 * - `verified`: it is the entry that the log had at this index, and what is said of its sealed fields and its payloads is so.
 * - `violated`: it is not, or that cannot be shown; `problem` says why.
 * - `absent`: an entry of the range that the log's server no longer had when the pack was made. Its leaf hash is proven.
 */
export interface EventVerdict {
  readonly index: number;
  readonly verdict: 'verified' | 'violated' | 'absent';
  /** Of the event as it is here, proven or not; null where it has none. */
  readonly id: string | null;
  readonly action: string | null;
  readonly problem: PackViolation | undefined;
  readonly sealed: SealedCounts;
  readonly payloads: PayloadCounts;
}

/**
 * Whether nothing is left out.
 * - `proven`: these are all entries of the range.
 * - `proven-with-gaps`: so are these, and of some only the leaf hash is left.
 * - `not-provable`: the pack was made by a filter.
 * - `violated`: it is a range, and not proven.
 */
export type Completeness = 'proven' | 'proven-with-gaps' | 'not-provable' | 'violated';

export interface EvidenceOutcome {
  readonly manifest: EvidenceManifest | undefined;
  readonly checkpoint: PackCheckpoint | undefined;
  readonly cosignatures: readonly Cosignature[];
  /** By index, ascending. */
  readonly events: readonly EventVerdict[];
  readonly completeness: Completeness;
  /** What is wrong with the pack as a whole. */
  readonly violations: readonly PackViolation[];
  readonly omitted: number;
}

export interface EvidenceRun {
  /** Keys of the log, and of witnesses whose cosignatures are of interest. */
  readonly verifiers: readonly NoteVerifier[];
  /** The log that it has to be of. */
  readonly origin?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Checks everything in a pack, offline. Memory grows with the number of its events, and not with their size. */
export async function checkEvidence(files: PackFiles, run: EvidenceRun): Promise<EvidenceOutcome> {
  const violations = new PackViolations(MAX_VIOLATIONS);
  const summed = await SummedFiles.open(files, violations);
  const checkpoint = openPackCheckpoint(await summed.text(evidenceFiles.checkpoint), run, violations);
  if (checkpoint !== undefined && !(await summed.isSealed(checkpoint.origin, run.verifiers))) {
    violations.add('bad-seal', `The list of the files of the pack is not signed by the log ${checkpoint.origin}.`);
  }
  const manifest = await manifestOf(summed, checkpoint, violations);
  await summed.read(evidenceFiles.readme);
  await summed.read(evidenceFiles.key);
  const events = await eventVerdicts(summed, { checkpoint, manifest, run, violations });
  checkCounts(summed, manifest, events, violations);
  const completeness = await completenessOf(summed, { checkpoint, manifest, events, violations });
  const { list, omitted } = violations;
  return {
    manifest,
    checkpoint,
    cosignatures: checkpoint?.cosignatures ?? [],
    events,
    completeness,
    violations: list,
    omitted,
  };
}

/** Whether there is nothing wrong. */
export function isSound({ events, violations }: EvidenceOutcome): boolean {
  return violations.length === 0 && events.every(({ verdict }) => verdict !== 'violated');
}

interface Known {
  readonly checkpoint: PackCheckpoint | undefined;
  readonly manifest: EvidenceManifest | undefined;
  readonly violations: PackViolations;
}

function openPackCheckpoint(
  text: string | undefined,
  { verifiers, origin }: EvidenceRun,
  violations: PackViolations,
): PackCheckpoint | undefined {
  if (text === undefined) return undefined;
  try {
    return { ...openCheckpoint(text, verifiers, origin), text };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    violations.add(error.code, `The checkpoint proves nothing: ${error.message}.`);
    return undefined;
  }
}

async function manifestOf(
  files: SummedFiles,
  checkpoint: PackCheckpoint | undefined,
  violations: PackViolations,
): Promise<EvidenceManifest | undefined> {
  const text = await files.text(evidenceFiles.manifest);
  const manifest = text === undefined ? undefined : parseEvidenceManifest(text);
  if (manifest === undefined) {
    violations.add('bad-manifest', 'The manifest is not one of an evidence pack.');
    return undefined;
  }
  if (checkpoint === undefined) return manifest;
  const { origin, size, root } = checkpoint;
  const isOfIt =
    manifest.log === origin && manifest.tree_size === size && manifest.root === Buffer.from(root).toString('base64');
  if (!isOfIt) violations.add('bad-manifest', 'The manifest is of another checkpoint than that of the pack.');
  return manifest;
}

async function eventVerdicts(files: SummedFiles, known: Known & { run: EvidenceRun }): Promise<EventVerdict[]> {
  const { checkpoint, run, violations } = known;
  const sealed = new PackSealed(files, violations);
  await sealed.readCertificates(checkpoint, run.verifiers);
  const payloads = new PackPayloads(files);
  const indexes = indexesOf(files, violations);
  const verdicts: EventVerdict[] = [];
  for (const index of indexes) {
    run.signal.throwIfAborted();
    run.onProgress(verdicts.length, indexes.length);
    verdicts.push(await eventVerdict(files, index, checkpoint, { sealed, payloads }));
  }
  await sealed.settle();
  payloads.settle(known.manifest?.counts, violations);
  return verdicts;
}

async function eventVerdict(
  files: SummedFiles,
  index: number,
  checkpoint: PackCheckpoint | undefined,
  { sealed, payloads }: { sealed: PackSealed; payloads: PackPayloads },
): Promise<EventVerdict> {
  const proven = await proveEntry(files, index, { entry: 'event', receipt: 'receipt' }, checkpoint);
  const event = proven.entry === undefined ? undefined : jsonOf(proven.entry);
  const { counts, problem: sealedProblem } = await sealed.judge(event, index);
  const moved = await payloads.judge(event);
  const problem = proven.problem ?? sealedProblem ?? moved.problem;
  const { id, action } = isRecord(event) ? event : {};
  return {
    index,
    verdict: problem === undefined ? 'verified' : 'violated',
    id: typeof id === 'string' ? id : null,
    action: typeof action === 'string' ? action : null,
    problem,
    sealed: counts,
    payloads: moved.counts,
  };
}

/** Of the events, ascending; tells of receipts and openings of events that are not there. */
function indexesOf({ names }: SummedFiles, violations: PackViolations): number[] {
  const indexes: number[] = [];
  for (const name of names) {
    const found = parseEvidenceName(name);
    if (found === undefined) continue;
    const { role, index } = found;
    if (role === 'event') indexes.push(index);
    const owner = role === 'certificateReceipt' ? evidenceName('certificate', index) : evidenceName('event', index);
    if (role !== 'certificate' && !names.has(owner))
      violations.add('unexpected-file', `${name} is there without ${owner}.`);
  }
  return indexes.sort((a, b) => a - b);
}

/** Whether the pack has as many events as were packed: the seal signs how many those are. */
function checkCounts(
  { names }: SummedFiles,
  manifest: EvidenceManifest | undefined,
  events: readonly EventVerdict[],
  violations: PackViolations,
): void {
  if (manifest === undefined) return;
  const opened = events.filter(({ index }) => names.has(evidenceName('openings', index))).length;
  const isRight = manifest.counts.events === events.length && manifest.counts.opened === opened;
  if (!isRight) {
    violations.add(
      'wrong-count',
      `The pack was made with ${manifest.counts.events} events and ${manifest.counts.opened} openings, and has ${events.length} and ${opened}.`,
    );
  }
}

async function completenessOf(
  files: SummedFiles,
  { checkpoint, manifest, events, violations }: Known & { events: EventVerdict[] },
): Promise<Completeness> {
  if (manifest === undefined) return 'violated';
  if (manifest.kind === 'filter') return 'not-provable';
  const isProven = await isRangeProven(files, manifest, checkpoint, violations);
  const { from_index: from, to_index: to } = manifest.range!;
  const there = new Set(events.map(({ index }) => index));
  const outside = events.filter(({ index }) => index < from || index >= to);
  if (outside.length > 0) violations.add('unexpected-file', `${outside.length} events are not of the range.`);
  const absent: number[] = [];
  // The proof bounds the range by the number of leaf hashes that are here.
  if (isProven) for (let index = from; index < to; index++) if (!there.has(index)) absent.push(index);
  const isTold = absent.length === manifest.counts.removed;
  const none = {
    sealed: { verified: 0, erased: 0, missing: 0, unopened: 0 },
    payloads: { verified: 0, absent: 0, violated: 0 },
  };
  const message = 'The entry is not here. Its leaf hash is proven, so the log had one.';
  for (const index of absent) {
    const problem = isTold ? undefined : ({ code: 'missing-event', message } as const);
    events.push({ index, verdict: isTold ? 'absent' : 'violated', id: null, action: null, problem, ...none });
  }
  if (absent.length > 0) events.sort((a, b) => a.index - b.index);
  const isWhole = isProven && isTold && outside.length === 0 && events.every(({ verdict }) => verdict !== 'violated');
  if (!isWhole) return 'violated';
  return absent.length > 0 ? 'proven-with-gaps' : 'proven';
}

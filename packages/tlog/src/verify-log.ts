import { type Cosignature, type OpenedCheckpoint, openCheckpoint } from './checkpoint.js';
import { findDisplaced } from './displaced-entries.js';
import { Findings } from './findings.js';
import { checkLeafTile } from './leaf-tile-check.js';
import { checkHistory } from './log-history.js';
import type { LogReader } from './log-reader.js';
import { type LogScan, readPiece, type ScanOptions, scanLog } from './log-scan.js';
import { LogTree } from './log-tree.js';
import type { NoteVerifier } from './note.js';
import { readAhead } from './read-ahead.js';
import { toBase64 } from './text-encoding.js';
import { partialWidth, TILE_WIDTH, tilePath, tileWidth } from './tile.js';
import { TlogError } from './tlog-error.js';
import type { Violation, ViolationCode } from './violation.js';

/** What to verify, and against what. */
export interface VerifyLogOptions {
  readonly reader: LogReader;
  /** The log's key, and those of witnesses whose cosignatures are of interest. */
  readonly verifiers: readonly NoteVerifier[];
  /** The log that is expected; without it, any log of which a verifier is given. */
  readonly origin?: string;
  /** Note text of an older checkpoint of this log that the caller has kept. */
  readonly remembered?: string;
  /**
   * Bundles with their tiles that are read at a time, at most; default 8. Fewer where they are large: what has been read
   * ahead stays at 64 MiB, as far as bundles are like those before them.
   */
  readonly concurrency?: number;
  /** Told, after each bundle, how many entries of how many have been hashed. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Most violations that are listed; default 1000. The rest is counted. */
  readonly maxViolations?: number;
}

/** The outcome. The log is what it claims to be if, and only if, `violations` is empty. */
export interface VerifiedLog {
  /** Empty, like `root`, and size 0, if the checkpoint could not be opened. */
  readonly origin: string;
  readonly size: number;
  /** Signed root hash, base64. */
  readonly root: string;
  /** How many entries are there with their hash and place proven by the signed root. */
  readonly verified: number;
  readonly violations: readonly Violation[];
  /** Violations beyond `maxViolations`, which are not listed. */
  readonly omitted: number;
  /** Checkpoint as served, to be remembered for the next time. */
  readonly checkpoint: string;
  readonly cosignatures: readonly Cosignature[];
}

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_MAX_VIOLATIONS = 1000;

/**
 * Verifies a whole log (any tlog-tiles log) and trusts nobody: opens its checkpoint, compares it with a remembered one,
 * reads every entry and every tile, recomputes every hash, and names what is wrong.
 *
 * Reads each thing once if all is well. Memory does not grow with the entries, but for 32 bytes for each 256 of them.
 * What nobody signed cannot be found this way: see the remembered checkpoint and cosignatures for a log that shows
 * different histories to different readers.
 * @throws TlogError if `remembered` is not a checkpoint of this log by a known key; whatever the reader rejects with;
 * the signal's reason.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<VerifiedLog> {
  const text = await options.reader.checkpoint();
  const findings = new Findings(options.maxViolations ?? DEFAULT_MAX_VIOLATIONS);
  const opened = openOrReport(text, options, findings);
  if (opened === undefined) {
    const nothing = { origin: '', size: 0, root: '', verified: 0, cosignatures: [], checkpoint: text };
    return { ...nothing, violations: findings.list, omitted: findings.omitted };
  }
  const { origin, size, root, cosignatures } = opened;
  const remembered =
    options.remembered === undefined ? undefined : openCheckpoint(options.remembered, options.verifiers, origin);
  const unproven = await verifyContent(options, opened, remembered, findings);
  return {
    origin,
    size,
    root: toBase64(root),
    verified: size - unproven,
    violations: findings.list,
    omitted: findings.omitted,
    checkpoint: text,
    cosignatures,
  };
}

function openOrReport(text: string, options: VerifyLogOptions, findings: Findings): OpenedCheckpoint | undefined {
  try {
    return openCheckpoint(text, options.verifiers, options.origin);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    const codes = new Set<string>(['bad-signature', 'unknown-key', 'wrong-origin'] satisfies ViolationCode[]);
    const code = codes.has(error.code) ? (error.code as ViolationCode) : 'malformed-checkpoint';
    findings.add({ code, message: `The checkpoint proves nothing: ${error.message}.` });
    return undefined;
  }
}

/** @returns how many entries are not proven */
async function verifyContent(
  options: VerifyLogOptions,
  { size, root }: OpenedCheckpoint,
  remembered: OpenedCheckpoint | undefined,
  findings: Findings,
): Promise<number> {
  const { reader, signal, onProgress } = options;
  const scanOptions: ScanOptions = {
    concurrency: Math.max(1, options.concurrency ?? DEFAULT_CONCURRENCY),
    signal,
    onProgress,
  };
  const cuts = [size, remembered?.size ?? 0].filter((cut) => cut <= size && partialWidth(0, cut) > 0);
  const keep = new Set(cuts.map((cut) => Math.floor(cut / TILE_WIDTH)));
  const scan = await scanLog(reader, size, keep, scanOptions);
  const tree = await LogTree.read(reader, size, scan, scanOptions);
  tree.authenticate(root);
  if (remembered !== undefined) checkHistory({ size, root }, remembered, scan, tree, findings);
  reportTiles(tree, findings);
  const unproven = await checkSuspects(reader, scan, tree, findings, scanOptions);
  await findDisplaced(reader, tree, findings, scanOptions);
  return unproven;
}

function reportTiles(tree: LogTree, findings: Findings): void {
  if (!tree.authentic) {
    const message =
      'Neither the entries nor the tiles have the root hash that the log signed: nothing in it is proven.';
    findings.add({ code: 'wrong-root', message });
  }
  const path = ({ level, index }: { level: number; index: number }) =>
    tilePath({ level, index, width: tileWidth(level, index, tree.size) });
  for (const place of tree.unproven) {
    const message = `Neither the hash tile ${path(place)} nor what is below it leads to the signed root.`;
    findings.add({ code: 'bad-tile', tile: place, message });
  }
  for (const { place, absent } of tree.badTiles()) {
    const what = absent ? 'is absent or malformed' : 'does not agree with the tiles below it';
    findings.add({ code: 'bad-tile', tile: place, message: `The hash tile ${path(place)} ${what}.` });
  }
}

/** @returns how many entries are not proven */
async function checkSuspects(
  reader: LogReader,
  scan: LogScan,
  tree: LogTree,
  findings: Findings,
  options: ScanOptions,
): Promise<number> {
  const suspects = [...new Set([...scan.suspects, ...tree.corrected])].sort((a, b) => a - b);
  let unproven = tree.authentic ? 0 : tree.size;
  for (const { level } of tree.unproven) unproven += TILE_WIDTH ** (level + 1);
  const read = async (i: number) => {
    const index = suspects[i]!;
    const width = tileWidth(0, index, tree.size);
    return { index, width, ...(await readPiece(reader, index, width)) };
  };
  for await (const piece of readAhead(suspects.length, options.concurrency, read, options.signal)) {
    const root = piece.width === TILE_WIDTH ? tree.leafTileRoot(piece.index) : undefined;
    const leaves = piece.width === TILE_WIDTH ? undefined : tree.edgeLeaves;
    const proven = checkLeafTile({ ...piece, root, leaves }, findings);
    if (root !== undefined || leaves !== undefined) unproven += piece.width - proven;
  }
  return unproven;
}

import { createHash } from 'node:crypto';
import type { Opening } from '@attestlog/event';
import {
  EVIDENCE_FORMAT,
  type EvidenceManifest,
  evidenceFiles,
  evidenceName,
  evidencePayloadName,
  evidenceSealBody,
  formatRangeProof,
  leafHash,
  rangeProof,
  signNote,
  type Tile,
} from '@attestlog/tlog';
import type { TestLog } from './test-log.js';

export interface EvidenceContent {
  /** Indexes of a filter-made pack, or a whole range. */
  readonly indexes?: readonly number[];
  readonly range?: readonly [from: number, to: number];
  readonly openings?: ReadonlyMap<number, readonly Opening[]>;
  readonly certificates?: readonly number[];
  /** Moved out of the events, and those that the pack does not have. */
  readonly payloads?: readonly Buffer[];
  readonly payloadsAbsent?: number;
  /** Entries of the range that the store had no longer. */
  readonly removed?: readonly number[];
}

/** The files of an evidence pack by name, as a server of this log makes them. */
export async function evidenceOf(log: TestLog, content: EvidenceContent): Promise<Map<string, Buffer>> {
  const { openings = new Map<number, readonly Opening[]>(), certificates = [], removed = [], range } = content;
  const files = new Map<string, Buffer>();
  const put = (name: string, bytes: string | Buffer) => files.set(name, Buffer.from(bytes));
  put(evidenceFiles.readme, 'Read me\n');
  put(evidenceFiles.checkpoint, log.checkpoint());
  put(evidenceFiles.key, `${log.signer.verifierKey}\n`);
  if (range !== undefined) await putRange(log, range, put);
  const all = range === undefined ? (content.indexes ?? []) : indexesOf(range);
  const indexes = all.filter((index) => !removed.includes(index));
  for (const index of indexes) {
    put(evidenceName('event', index), log.entries[index]!);
    put(evidenceName('receipt', index), await log.receipt(index));
    const opened = openings.get(index);
    if (opened !== undefined) put(evidenceName('openings', index), JSON.stringify(opened));
  }
  for (const index of certificates) {
    put(evidenceName('certificate', index), log.entries[index]!);
    put(evidenceName('certificateReceipt', index), await log.receipt(index));
  }
  const { payloads = [], payloadsAbsent = 0 } = content;
  for (const payload of payloads) put(evidencePayloadName(sha256(payload)), payload);
  const counts = {
    ...{ events: indexes.length, removed: removed.length, newer: 0, opened: openings.size },
    ...{ payloads: payloads.length, payloads_absent: payloadsAbsent },
  };
  put(evidenceFiles.manifest, JSON.stringify(manifestOf(log, range, counts)));
  seal(files, log);
  return files;
}

/** Lists and signs the files as they are now. */
export function seal(files: Map<string, Buffer>, log: TestLog): void {
  files.delete(evidenceFiles.sums);
  files.delete(evidenceFiles.seal);
  const sums = Buffer.from([...files].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join(''));
  files.set(evidenceFiles.sums, sums);
  files.set(evidenceFiles.seal, Buffer.from(signNote(evidenceSealBody(log.origin, sha256(sums)), [log.signer])));
}

async function putRange(
  log: TestLog,
  [from, to]: readonly [number, number],
  put: (name: string, text: string) => void,
): Promise<void> {
  const readTiles = async (tiles: readonly Tile[]) => tiles.map((tile) => log.tile(tile)!);
  const proof = await rangeProof(from, to, log.entries.length, { readTiles });
  const leaves = log.entries.slice(from, to).map((entry) => `${Buffer.from(leafHash(entry)).toString('base64')}\n`);
  put(evidenceFiles.leaves, leaves.join(''));
  put(evidenceFiles.rangeProof, formatRangeProof(proof));
}

function manifestOf(
  log: TestLog,
  range: readonly [number, number] | undefined,
  counts: EvidenceManifest['counts'],
): EvidenceManifest {
  const [, size, root] = log.checkpoint().split('\n', 3);
  return {
    format: EVIDENCE_FORMAT,
    ...(range === undefined
      ? { kind: 'filter', filter: { q: 'action:order.*', limited: false } }
      : { kind: 'range', range: { from_index: range[0], to_index: range[1] } }),
    log: log.origin,
    tenant: 'acme',
    tree_size: Number(size),
    root: root!,
    counts,
    cost: {},
    made_at: '2025-10-06T12:00:00Z',
    made_by: 'key:1',
    proves: [],
    cannot_prove: [],
  };
}

function indexesOf([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

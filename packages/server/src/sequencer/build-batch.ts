import { GrowingTree, leafHash } from '@attestlog/tlog';
import type { IdHash, IdHasher } from '../identity/id-hash.js';
import type { RecentIds } from '../identity/recent-ids.js';
import { findOriginals, isRepeat, isSuspect, type Original, type RepeatRule } from '../identity/repeats.js';
import type { JournalChunk } from '../ports/journal.js';
import { positionAfter, positionOf } from '../ports/position.js';
import type { EventRow, EventStore, Position, TreeNodeRow } from '../ports/store.js';
import { decodeChunk } from '../records/record-codec.js';
import { edgeOf, type Head } from './head.js';

/** A record on its way into its tenant's tree. */
export interface Candidate {
  id: string;
  hash: IdHash;
  timeNs: bigint;
  receivedAtNs: bigint;
  position: Position;
  entry: Uint8Array;
}

/** What a batch adds to the logs: a pure function of the chunks, the heads before them, and what was sealed before. */
export interface BuiltBatch {
  events: EventRow[];
  nodes: TreeNodeRow[];
  heads: Map<string, Head>;
  /** The records that were sealed, and those that were dropped as repeats. */
  sealed: Candidate[];
  repeats: number;
}

export interface BatchContext {
  store: EventStore;
  recentIds: RecentIds;
  hasher: IdHasher;
  rule: RepeatRule;
  /** Gives other work of the process its turn; called about every thousand entries. */
  yieldToLoop: () => Promise<void>;
}

const ENTRIES_PER_TURN = 1000;

/** Reads the chunks into candidates by tenant, in the order of the journal. */
export function readCandidates(chunks: readonly JournalChunk[], hasher: IdHasher): Map<string, Candidate[]> {
  const byTenant = new Map<string, Candidate[]>();
  for (const chunk of chunks) {
    const { tenant, records } = decodeChunk(chunk.bytes);
    const candidates = byTenant.get(tenant) ?? [];
    byTenant.set(tenant, candidates);
    records.forEach((record, place) => {
      candidates.push({
        ...record,
        hash: hasher.hash(tenant, record.id),
        position: positionOf(chunk.sequence, place),
      });
    });
  }
  return byTenant;
}

/**
 * Drops repeats, assigns indexes, hashes leaves and grows the trees.
 *
 * @param committed sequence up to which everything was sealed before this batch
 * @param through sequence of the batch's last chunk
 * @param loadHeads the heads of these tenants before this batch; a tenant with no entry yet has none
 */
export async function buildBatch(
  chunks: readonly JournalChunk[],
  committed: number,
  through: number,
  loadHeads: (tenants: readonly string[]) => Promise<Map<string, Head>>,
  context: BatchContext,
): Promise<BuiltBatch> {
  const byTenant = readCandidates(chunks, context.hasher);
  const heads = await loadHeads([...byTenant.keys()]);
  const batch: BuiltBatch = { events: [], nodes: [], heads: new Map(), sealed: [], repeats: 0 };
  for (const [tenant, candidates] of byTenant) {
    const fresh = await dropRepeats(tenant, candidates, positionAfter(committed), context);
    batch.repeats += candidates.length - fresh.length;
    if (fresh.length > 0) await growTree(batch, tenant, fresh, heads.get(tenant), through, context);
  }
  return batch;
}

async function dropRepeats(
  tenant: string,
  candidates: Candidate[],
  before: Position,
  { store, recentIds, rule }: BatchContext,
): Promise<Candidate[]> {
  const suspects = candidates.filter((candidate) => isSuspect(candidate, recentIds, rule));
  const originals: ReadonlyMap<Candidate, Original> =
    suspects.length === 0 ? new Map() : await findOriginals(store, tenant, suspects, before, recentIds, rule);
  return dropInnerRepeats(
    candidates.filter((candidate) => !originals.has(candidate)),
    rule,
  );
}

/** By the same rule among themselves, so that it makes no difference where one batch ends and the next one begins. */
function dropInnerRepeats(candidates: readonly Candidate[], rule: RepeatRule): Candidate[] {
  const firstById = new Map<string, Candidate>();
  /** Further ones of an id, each too long after those before it to be their repeat. */
  const others: Candidate[] = [];
  return candidates.filter((candidate) => {
    const first = firstById.get(candidate.id);
    if (first === undefined) {
      firstById.set(candidate.id, candidate);
      return true;
    }
    const repeats = (kept: Candidate) => kept.id === candidate.id && isRepeat(candidate, kept, rule);
    if (repeats(first) || others.some(repeats)) return false;
    others.push(candidate);
    return true;
  });
}

async function growTree(
  batch: BuiltBatch,
  tenant: string,
  candidates: readonly Candidate[],
  head: Head | undefined,
  through: number,
  context: BatchContext,
): Promise<void> {
  const tree = new GrowingTree(head && edgeOf(head), (level, index, hash) => {
    batch.nodes.push({ tenant, level, index, hash });
  });
  for (const candidate of candidates) {
    batch.events.push({ tenant, index: tree.size, position: candidate.position, entry: candidate.entry });
    tree.append(leafHash(candidate.entry));
    batch.sealed.push(candidate);
    if (batch.sealed.length % ENTRIES_PER_TURN === 0) await context.yieldToLoop();
  }
  batch.heads.set(tenant, { size: tree.size, root: tree.root(), edge: [...tree.edge().hashes], through });
}

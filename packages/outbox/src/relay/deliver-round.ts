import type { Database, Queryable } from '../database.js';
import type { ClaimBounds, ClaimedRow, ClaimFilter, Claims } from './claims.js';
import type { EventSender, SendFailure, Verdict } from './event-sender.js';
import { readStoredEvent } from './stored-event.js';

export interface RoundParts {
  readonly database: Database;
  readonly claims: Claims;
  readonly sender: EventSender;
  readonly bounds: ClaimBounds;
  readonly filter: ClaimFilter;
  /** Requests of different tenants under way at once. */
  readonly requests: number;
  /** After this the round gives up what is not settled. The lanes are locked for as long. */
  readonly sendTimeoutMs: number;
  /** Asked for an event that the server fails on by itself: whether it is to be refused now. */
  readonly isGivenUp: (group: FailedGroup) => boolean;
}

/** Events of one tenant of which some were not settled. */
export interface FailedGroup {
  readonly tenant: string | undefined;
  readonly failure: SendFailure;
  /** The first that was not settled, and how many were sent with it. */
  readonly first: ClaimedRow;
  readonly events: number;
}

/** What has happened, all of it committed. */
export interface Round {
  readonly claimed: number;
  readonly delivered: number;
  readonly refused: readonly { readonly id: string; readonly code: string; readonly reason: string }[];
  readonly deliveredTenants: readonly string[];
  readonly failed: readonly FailedGroup[];
}

interface Settled {
  readonly row: ClaimedRow;
  readonly verdict: Verdict;
}

const NOTHING: Round = { claimed: 0, delivered: 0, refused: [], deliveredTenants: [], failed: [] };
/** What the statements around the sending may take, in milliseconds. */
const STATEMENTS_MS = 30_000;

/**
 * Claims events, sends them, and removes what is settled, in one transaction: when the relay dies in between, its locks
 * go with its connection, and another relay finds everything as it was. Events that were already sent are sent again,
 * and known to the server by their ids.
 */
export function deliverRound(parts: RoundParts): Promise<Round> {
  const { database, claims, bounds, filter } = parts;
  return database.transaction(async (tx) => {
    await prepare(tx, parts.sendTimeoutMs);
    const lanes = await claims.lockLanes(tx, bounds.lanes, filter);
    if (lanes.length === 0) return NOTHING;
    const rows = await claims.pick(tx, lanes, bounds, filter);
    const { settled, failed } = await sendRows(rows, parts);
    await claims.settle(tx, settled);
    return roundOf(rows, settled, failed);
  });
}

async function prepare(tx: Queryable, sendTimeoutMs: number): Promise<void> {
  await tx.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED', []);
  // Longer than the sending, if the database ends idle transactions early; and not for ever, if this machine vanishes.
  const idleMs = sendTimeoutMs + STATEMENTS_MS;
  await tx.query("SELECT set_config('idle_in_transaction_session_timeout', $1::text, true)", [String(idleMs)]);
}

async function sendRows(rows: readonly ClaimedRow[], parts: RoundParts) {
  const settled: Settled[] = [];
  const failed: FailedGroup[] = [];
  const sound: SoundRow[] = [];
  for (const row of rows) {
    const stored = readStoredEvent(row.event);
    if (stored.ok) sound.push({ row, json: stored.json });
    else settled.push({ row, verdict: stored.verdict });
  }
  const groups = [...byTenant(sound)];
  const signal = AbortSignal.timeout(parts.sendTimeoutMs);
  const work = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      await sendGroup(group, parts, signal, settled, failed);
      // Others would fare alike.
      if (failed.some(({ failure }) => failure.scope === 'server')) return;
    }
  };
  await Promise.all(Array.from({ length: parts.requests }, work));
  return { settled, failed };
}

interface SoundRow {
  readonly row: ClaimedRow;
  readonly json: string;
}

/** Each tenant's events in their order. Tenants have a log each, so there is no order between them. */
function byTenant(rows: readonly SoundRow[]): IterableIterator<SoundRow[]> {
  const groups = new Map<string | undefined, SoundRow[]>();
  for (const row of rows) {
    const group = groups.get(row.row.tenant);
    if (group === undefined) groups.set(row.row.tenant, [row]);
    else group.push(row);
  }
  return groups.values();
}

async function sendGroup(
  group: readonly SoundRow[],
  parts: RoundParts,
  signal: AbortSignal,
  settled: Settled[],
  failed: FailedGroup[],
): Promise<void> {
  const tenant = group[0]!.row.tenant;
  const answer = await parts.sender.send(
    group.map(({ json }) => json),
    tenant,
    signal,
  );
  settled.push(...answer.verdicts.map((verdict, place) => ({ row: group[place]!.row, verdict })));
  const { failure } = answer;
  const first = group[answer.verdicts.length]?.row;
  if (failure === undefined || first === undefined) return;
  const failedGroup = { tenant, failure, first, events: group.length - answer.verdicts.length };
  if (failure.scope === 'event' && parts.isGivenUp(failedGroup)) {
    const reason = `The server fails on it again and again: ${failure.message}`;
    settled.push({ row: first, verdict: { state: 'refused', code: failure.code, reason } });
  } else {
    failed.push(failedGroup);
  }
}

function roundOf(rows: readonly ClaimedRow[], settled: readonly Settled[], failed: readonly FailedGroup[]): Round {
  const delivered = settled.filter(({ verdict }) => verdict.state === 'done');
  return {
    claimed: rows.length,
    delivered: delivered.length,
    refused: settled.flatMap(({ row, verdict }) =>
      verdict.state === 'refused' ? [{ id: row.id, code: verdict.code, reason: verdict.reason }] : [],
    ),
    deliveredTenants: [...new Set(delivered.map(({ row }) => row.tenant ?? ''))],
    failed,
  };
}

import { formatNs, rebuildEntry } from '@attestlog/event';
import type { ExpectedLog, ExpectedRecord } from './expected-log.js';
import type { Answer, Ledger } from './ledger.js';
import { sha256 } from './process.js';
import { demand } from './violation.js';

/** Whatever clients were told is so: what was stored is kept, repeats were repeats, and conflicts were conflicts. */
export function checkAnswers(ledger: Ledger, expected: ExpectedLog): void {
  const byId = new Map<string, ExpectedRecord[]>();
  const byPosition = new Map<number, ExpectedRecord>();
  for (const record of expected.records) {
    const name = `${record.tenant} ${record.id}`;
    byId.set(name, [...(byId.get(name) ?? []), record]);
    byPosition.set(record.position, record);
  }
  for (const answer of ledger.answers) {
    const { tenant, result, value } = answer;
    if (result.status === 'refused') {
      checkRefusal(answer);
      continue;
    }
    if (result.status === 'left_out') throw new Error('the simulation has no policy that leaves anything out');
    const recorded = byId.get(`${tenant} ${result.id}`) ?? [];
    const entries = recorded.filter(({ index }) => index !== undefined);
    const at = byPosition.get(result.position);
    const detail = () =>
      `${tenant} ${result.id} told ${result.status} at ${result.position}: ${JSON.stringify(value).slice(0, 300)}`;
    demand(at !== undefined && recorded.includes(at), 'answers are true', () => `${detail()}: nothing there`);
    const same = entries.filter((entry) => hasContent(entry, value));
    if (result.status === 'stored') {
      demand(hasContent(at, value), 'acknowledged events are kept', () => `${detail()}: other content there`);
      // A record may be there twice, when an append was not known to have worked: then the first one counts.
      const kept =
        at.index !== undefined || same.some((entry) => entry.position < at.position && expected.isRepeat(at, entry));
      demand(kept, 'acknowledged events are kept', detail);
    } else if (result.status === 'duplicate') {
      demand(same.length > 0, 'answers are true', detail);
    } else {
      demand(entries.length > same.length, 'answers are true', detail);
    }
  }
}

/** An atomic batch that left an entry in the log is there as a whole. */
export function checkAtomicBatches(ledger: Ledger, expected: ExpectedLog): void {
  const batches = new Map<number, ExpectedRecord[]>();
  for (const record of expected.records) {
    if (record.index === undefined) continue;
    const { metadata } = JSON.parse(Buffer.from(record.entry).toString()) as { metadata?: { batch?: number } };
    if (metadata?.batch !== undefined) batches.set(metadata.batch, [...(batches.get(metadata.batch) ?? []), record]);
  }
  for (const { tenant, batch, items } of ledger.atomic) {
    if (batch === undefined || !batches.has(batch)) continue;
    const entries = expected.entries(tenant);
    for (const value of items) {
      const isThere = entries.some((entry) => hasContent(entry, value));
      demand(isThere, 'atomic batches are whole', () => `${tenant}, batch ${batch} lacks ${JSON.stringify(value)}`);
    }
  }
}

/** Only what is wrong in itself is refused: an unknown shape, or a time too far ahead. */
function checkRefusal({ value, result }: Answer): void {
  if (result.status !== 'refused') return;
  const isAhead = result.problems.every(({ code }) => code === 'time-in-future');
  const isValid = rebuildEntry(value, { id: 'any', receivedAt: formatNs(0n), sha256 }) !== undefined;
  demand(isAhead || !isValid, 'answers are true', () => `refused: ${JSON.stringify(value)}`);
}

/** Whether an entry is what this value gives when it is received at the entry's time of receipt. */
function hasContent({ id, receivedAtNs, entry }: ExpectedRecord, value: unknown): boolean {
  const given = (value as { id?: string } | null)?.id;
  if (given !== undefined && given !== id) return false;
  const rebuilt = rebuildEntry(value, { id, receivedAt: formatNs(receivedAtNs), sha256 });
  return rebuilt !== undefined && Buffer.compare(rebuilt, entry) === 0;
}

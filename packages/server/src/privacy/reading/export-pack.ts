import { createHash, type Hash } from 'node:crypto';
import { type Opening, subjectForms } from '@attestlog/event';
import type { AuditTrail } from '../../audit/audit-trail.js';
import { from } from '../../failures.js';
import type { EventStore, Position, StoredEntry } from '../../ports/store.js';
import type { Requester } from '../erasure/erasures.js';
import type { SubjectKeys } from '../keys/subject-keys.js';
import type { PersonalData } from './personal-data.js';

export interface ExportPackParts {
  store: Pick<EventStore, 'entriesOf'>;
  subjectKeys: Pick<SubjectKeys, 'tagsOf'>;
  personalData: Pick<PersonalData, 'openings'>;
  audit: AuditTrail;
  /** The checkpoint of the log that covers everything below a position that was committed. */
  checkpoint: (tenant: string) => Promise<string>;
  /** The proof that an entry is in the log. */
  receipt: (tenant: string, index: number) => Promise<string>;
  /** RFC 3339. */
  now: () => string;
}

export interface ExportRequest {
  tenant: string;
  /** The person's identifiers, as for an erasure. */
  identifiers: readonly string[];
  /** Only entries with a smaller position. */
  before: Position;
  /** Whether each event comes with its receipt. */
  receipts: boolean;
  reason?: string;
}

const PAGE = 200;

/**
 * All of one person's events as a pack: lines of JSON, each ended by a line feed.
 *
 * - The first line says what it is: `{"pack":"attestlog personal data v1", …}`.
 * - Then an event a line, in the order of the log: `{"index", "position", "event", "openings"}`, where `event` is the
 *   entry byte for byte and `openings` are the values of its sealed fields with their salts; `receipt` if asked for.
 * - The last line is the manifest: how many, the SHA-256 of all bytes before it, and the log's checkpoint. A pack
 *   without it is not whole.
 *
 * Everything is recorded in the tenant's log before it is handed out, page by page.
 */
export async function* exportPack(
  { tenant, identifiers, before, receipts, reason }: ExportRequest,
  by: Requester,
  parts: ExportPackParts,
): AsyncGenerator<string> {
  const subjects = [...new Set(identifiers.flatMap(subjectForms))];
  const person = { subjects, tags: await parts.subjectKeys.tagsOf(tenant, subjects) };
  const why = reason === undefined ? {} : { reason };
  await recordExport(tenant, by, why, parts.audit);
  const digest = createHash('sha256');
  const head = { pack: 'attestlog personal data v1', tenant, identifiers, made_at: parts.now(), ...why };
  yield counted(digest, `${JSON.stringify(head)}\n`);
  let events = 0;
  let fields = 0;
  for (let afterIndex: number | undefined; ; ) {
    const options = { before, limit: PAGE, ...(afterIndex === undefined ? {} : { afterIndex }) };
    const page = await from('store', parts.store.entriesOf(tenant, person, options));
    const openings = await parts.personalData.openings(tenant, page, { ...by, ...why }, 'pii.export');
    for (const [place, entry] of page.entries()) {
      const receipt = receipts ? await parts.receipt(tenant, entry.index) : undefined;
      yield counted(digest, eventLine(entry, openings[place]!, receipt));
      fields += openings[place]!.length;
    }
    events += page.length;
    if (page.length < PAGE) break;
    afterIndex = page.at(-1)!.index;
  }
  const checkpoint = await parts.checkpoint(tenant);
  yield `${JSON.stringify({ manifest: { events, fields, sha256: digest.digest('hex'), checkpoint } })}\n`;
}

/** The entry's bytes stand in the line as they are: they are what was hashed. */
function eventLine({ index, position, entry }: StoredEntry, openings: readonly Opening[], receipt?: string): string {
  const event = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8');
  const proof = receipt === undefined ? '' : `,"receipt":${JSON.stringify(receipt)}`;
  return `{"index":${index},"position":${position},"event":${event},"openings":${JSON.stringify(openings)}${proof}}\n`;
}

function counted(digest: Hash, line: string): string {
  digest.update(line);
  return line;
}

function recordExport(
  tenant: string,
  { principal, address, requestId }: Requester,
  why: { reason?: string },
  audit: AuditTrail,
): Promise<void> {
  const record = audit.record({
    tenant,
    action: 'subject.export',
    operation: 'execute',
    outcome: 'success',
    principal,
    ...(address === undefined ? {} : { address }),
    ...(requestId === undefined ? {} : { requestId }),
    ...why,
  });
  return from('journal', record);
}

import { createHash } from 'node:crypto';
import { otlpDialect } from '@attestlog/event';
import { Problem } from '../../errors.js';
import type { Intake } from '../../intake/intake.js';
import type { ItemResult } from '../../intake/item.js';
import { acceptRecords } from '../foreign-records.js';
import { problemsOf } from '../problems-of.js';
import { decodeRequest, type OtlpEncoding, type PartialSuccess } from './otlp-codec.js';

export const OTLP_MAX_RECORDS = 50_000;
const GROUP_RECORDS = 1000;
const ID_HEX_DIGITS = 40;
const MAX_NAMED = 5;

export interface OtlpOutcome {
  /** What the client has to know; undefined: nothing. */
  readonly partial: PartialSuccess | undefined;
  readonly results: readonly ItemResult[];
}

/**
 * Takes the log records of a request in. A record that cannot be recorded is rejected, and counted in the partial
 * success; the others are stored. A client that got no answer sends the same bytes again: records without an id of
 * their own get one made of these bytes and their place, so that what was stored the first time is a duplicate then. Only
 * one that has no time either cannot be told from a new one.
 *
 * @param bytes the decompressed body
 * @throws Problem `body-not-json`, `body-too-large`, and those of {@link Intake.accept}: then the client may try again
 */
export async function acceptLogs(
  tenant: string,
  bytes: Uint8Array,
  encoding: OtlpEncoding,
  intake: Pick<Intake, 'accept'>,
): Promise<OtlpOutcome> {
  const { document, hasUnknown } = decodeRequest(bytes, encoding);
  const records = otlpDialect.recordsOf(document);
  if (records.length === 1 && records[0] === document && !isEmptyRequest(document)) {
    throw new Problem('body-not-json', { detail: 'The body is no ExportLogsServiceRequest: it has no resourceLogs.' });
  }
  const logs = records[0] === document ? [] : records;
  if (logs.length > OTLP_MAX_RECORDS) {
    throw new Problem('body-too-large', { detail: `At most ${OTLP_MAX_RECORDS} log records in a request.` });
  }
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, ID_HEX_DIGITS);
  const results: ItemResult[] = [];
  for (let start = 0; start < logs.length; start += GROUP_RECORDS) {
    const group = logs.slice(start, start + GROUP_RECORDS).map((value) => ({ value }));
    const idOf = (place: number, { time }: { time?: string | undefined }) =>
      time === undefined ? undefined : `otlp-${digest}-${start + place}`;
    const accepted = await acceptRecords(tenant, group, { dialect: otlpDialect, intake, idOf });
    for (const result of accepted.results) results.push(result);
  }
  return { partial: partialOf(results, hasUnknown), results };
}

function isEmptyRequest(document: unknown): boolean {
  return typeof document === 'object' && document !== null && Object.keys(document).length === 0;
}

function partialOf(results: readonly ItemResult[], hasUnknown: boolean): PartialSuccess | undefined {
  const rejected = [...results.entries()].filter(([, { status }]) => status === 'refused' || status === 'conflict');
  const told = rejected.slice(0, MAX_NAMED).map(([place, result]) => `record ${place}: ${whyOf(result)}`);
  if (rejected.length > told.length) told.push(`and ${rejected.length - told.length} more`);
  if (hasUnknown) told.push('fields of a later version of OTLP were not recorded');
  return told.length === 0 ? undefined : { rejected: rejected.length, message: told.join('; ') };
}

function whyOf(result: ItemResult): string {
  const [first] = problemsOf(result);
  return first === undefined ? 'refused' : `${first.code} ${first.pointer}: ${first.message}`;
}

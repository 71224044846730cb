import { type Dialect, type EventInput, type FieldProblem, problem } from '@attestlog/event';
import { Problem } from '../errors.js';
import type { Acceptance, Intake } from '../intake/intake.js';
import type { ItemResult } from '../intake/item.js';
import { namedTenant } from './named-tenant.js';

/** A record as it was read, or what kept it from being read. */
export type ForeignRecord =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: FieldProblem };

export interface ForeignOptions {
  dialect: Dialect<unknown>;
  intake: Pick<Intake, 'accept'>;
  /** All records are stored, or none is. */
  atomic?: boolean;
  /** The id of a record that brings none, so that a repeat of the request is told from a new one; undefined: any. */
  idOf?: (place: number, event: EventInput) => string | undefined;
}

/** A record as an event, or why it is none. */
export type MappedRecord =
  | { readonly event: EventInput; readonly problems?: undefined }
  | { readonly event?: undefined; readonly problems: readonly FieldProblem[] };

/**
 * Maps a record of another schema to an event. A tenant that the record names is held against the one that the
 * credential stands for.
 */
export function mapRecord(tenant: string, record: ForeignRecord, dialect: Dialect<unknown>): MappedRecord {
  if (record.error !== undefined) return { problems: [record.error] };
  const mapped = dialect.toEvent(record.value);
  if (!mapped.ok) return { problems: mapped.problems };
  const named = namedTenant(dialect.name, record.value);
  if (named === undefined || named.tenant === tenant) return { event: mapped.event };
  const message = 'The record names another tenant than the one that the credential is used for.';
  return { problems: [problem('foreign-record', named.pointer, message)] };
}

/**
 * Takes records of another schema in. Each has a result in its place, those that could not be mapped too.
 *
 * @throws Problem those of {@link Intake.accept}; with `atomic`, `batch-refused` also when a record cannot be mapped
 */
export async function acceptRecords(
  tenant: string,
  records: readonly ForeignRecord[],
  { dialect, intake, atomic = false, idOf }: ForeignOptions,
): Promise<Acceptance> {
  const results: ItemResult[] = new Array(records.length);
  const events: EventInput[] = [];
  const places: number[] = [];
  records.forEach((record, place) => {
    const { event, problems } = mapRecord(tenant, record, dialect);
    if (event === undefined) {
      results[place] = { status: 'refused', problems };
      return;
    }
    const id = event.id ?? idOf?.(place, event);
    events.push(id === undefined || event.id !== undefined ? event : { ...event, id });
    places.push(place);
  });
  if (atomic && events.length < records.length) refuseWhole(results);
  if (events.length === 0) return { results, throughSequence: 0, limits: [] };
  const accepted = await intake.accept(tenant, { kind: 'values', values: events }, { atomic });
  accepted.results.forEach((result, i) => {
    results[places[i]!] = result;
  });
  return { ...accepted, results };
}

function refuseWhole(results: readonly (ItemResult | undefined)[]): never {
  const told = [...results.entries()].flatMap(([place, result]) =>
    result === undefined ? [] : [{ place, ...result }],
  );
  throw new Problem('batch-refused', { members: { results: told } });
}

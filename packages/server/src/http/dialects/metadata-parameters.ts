import { allOf, checkFilter, type Filter } from '@attestlog/event';
import { is, jsonPath } from './asked-conditions.js';

const PREFIX = 'metadata.';

export interface MetadataParameters {
  /** What they ask for. */
  filter: Filter;
  /** The other parameters. */
  rest: Record<string, unknown>;
}

/**
 * Takes the parameters that ask for custom metadata (`metadata.department=finance`, `metadata.order.id=7`) out of a query:
 * the member has exactly this text, number or truth value; of several for one member, one of them. A key with dots stands in quotes:
 * `metadata."a.b"`.
 *
 * @throws Problem `query-invalid`
 */
export function takeMetadataParameters(query: unknown): MetadataParameters {
  const filters: Filter[] = [];
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (name.startsWith(PREFIX) && name !== PREFIX)
      filters.push(is(name.slice(0, 60), fieldOf(name), [value].flat().map(String)));
    else rest[name] = value;
  }
  return { filter: allOf(...filters), rest };
}

function fieldOf(name: string): string {
  const isPath = checkFilter({ op: 'exists', field: name }).filter !== undefined;
  return isPath ? name : jsonPath('metadata', name.slice(PREFIX.length).split('.'));
}

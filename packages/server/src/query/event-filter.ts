import { allOf, checkFilter, type Filter, parseFilter } from '@attestlog/event';
import { Problem } from '../errors.js';

/** What a request says about which events, besides their time. */
export interface FilterParameters {
  /** In the search syntax. */
  q?: string | undefined;
  /** A syntax tree as parsed JSON, as {@link checkFilter} takes it. */
  filter?: unknown;
  /** The id of the actor. */
  actor?: string | undefined;
  action?: string | undefined;
}

/**
 * One filter of all that a request asks for.
 *
 * @param me what `@me` means in the search syntax; undefined: nothing
 * @throws Problem `filter-invalid` with the place in `q` or in the tree, `query-invalid` for the others
 */
export function filterOf({ q, filter, actor, action }: FilterParameters, me: string | undefined): Filter {
  return allOf(
    q === undefined ? { op: 'always' } : readSearch(q, me),
    filter === undefined ? { op: 'always' } : readTree(filter),
    exactly('actor.id', 'actor', actor),
    exactly('action', 'action', action),
  );
}

function readSearch(text: string, me: string | undefined): Filter {
  const { filter, problem } = parseFilter(text, me === undefined ? {} : { variables: { me } });
  if (filter !== undefined) return filter;
  const { code, message, offset, suggestion } = problem;
  throw new Problem('filter-invalid', {
    detail: `At character ${offset + 1}: ${message}`,
    members: { reason: code, offset, ...(suggestion === undefined ? {} : { suggestion }) },
  });
}

function readTree(tree: unknown): Filter {
  const { filter, problem } = checkFilter(tree);
  if (filter !== undefined) return filter;
  const { code, message, suggestion } = problem;
  const pointer = `/filter${problem.pointer}`;
  throw new Problem('filter-invalid', {
    detail: `At ${pointer}: ${message}`,
    members: { reason: code, pointer, ...(suggestion === undefined ? {} : { suggestion }) },
  });
}

function exactly(field: string, parameter: string, value: string | undefined): Filter {
  if (value === undefined) return { op: 'always' };
  const { filter, problem } = checkFilter({ op: 'is', field, values: [value] });
  if (filter !== undefined) return filter;
  throw new Problem('query-invalid', { detail: `"${parameter}": ${problem.message}` });
}

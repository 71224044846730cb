import { type Filter, parseFilter } from '@attestlog/event';

/** Reads the filter of a grant or of a principal, where `@me` is whoever it is made for. */
export function readFilter(text: string, me: string): { ok: true; filter: Filter } | { ok: false; problem: string } {
  const { filter, problem } = parseFilter(text, { variables: { me } });
  if (filter !== undefined) return { ok: true, filter };
  return { ok: false, problem: `at character ${problem.offset + 1}: ${problem.message}` };
}

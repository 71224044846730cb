import { type Filter, parseFilter } from '@attestlog/event';

/** A filter of the vocabulary in the search syntax. Throws at load where it is none, so no table can hold a wrong one. */
export function filterOf(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (problem !== undefined) throw new TypeError(`${text}: ${problem.message}`);
  return filter;
}

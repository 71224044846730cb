import { allOf, type Filter } from '@attestlog/event';
import { type ErrorCode, Problem } from '../errors.js';
import { asksOfSealable } from '../privacy/searching/asks-of-sealable.js';
import { type FilterPurpose, resolveSealed } from '../privacy/searching/resolve-sealed.js';
import { NOTHING_SEALED, type SearchedSealing } from '../privacy/searching/searched-sealing.js';

/**
 * How a tenant's sealed fields are searched, now. What is sealed when it is asked can be found by the answer. Fails with
 * `registry-unavailable` or `master-key-unavailable`.
 */
export type SealingOf = (tenant: string) => SearchedSealing | Promise<SearchedSealing>;

const CODES: Record<FilterPurpose, ErrorCode> = { search: 'sealed-field', grant: 'grant-unanswerable' };

/**
 * The filter that finds what is asked for among what the grant gives, in sealed fields too.
 *
 * Called once it is known which entries the answer may have: their keys were there before them, so none of them can
 * lie under a key that is not known here yet.
 *
 * @throws Problem `sealed-field` for what is asked; `grant-unanswerable` for the grant, which then gives nothing
 */
export async function resolveFilters(
  tenant: string,
  { grant, asked }: { grant: Filter; asked: Filter },
  sealingOf: SealingOf,
): Promise<Filter> {
  const filters = [grant, asked];
  const sealing = filters.some(asksOfSealable) ? await sealingOf(tenant) : NOTHING_SEALED;
  return allOf(resolved(grant, sealing, 'grant'), resolved(asked, sealing, 'search'));
}

function resolved(filter: Filter, sealing: SearchedSealing, purpose: FilterPurpose): Filter {
  const { filter: answerable, problem } = resolveSealed(filter, sealing, purpose);
  if (answerable !== undefined) return answerable;
  const { field, operator, message } = problem;
  throw new Problem(CODES[purpose], { detail: message, members: { field, operator } });
}

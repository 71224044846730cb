import {
  allOf,
  anyOf,
  type Condition,
  type Filter,
  type FoundField,
  type HasSealed,
  knownField,
  negate,
  normalForm,
  type PlannedField,
} from '@attestlog/event';
import { blindIndex } from '../sealing/blind-index.js';
import { canBeSealed } from './asks-of-sealable.js';
import { equalTexts } from './equal-texts.js';
import { plannedReach } from './planned-reach.js';
import type { SearchedSealing } from './searched-sealing.js';

/** What a filter asks of a sealed field, and cannot be answered. */
export interface SealedFieldProblem {
  readonly code: 'sealed-field';
  /** Canonical name of the field. */
  readonly field: string;
  readonly operator: Condition['op'];
  /** Why not, and what is possible: one sentence. */
  readonly message: string;
}

export type ResolvedFilter =
  | { readonly filter: Filter; readonly problem?: never }
  | { readonly filter?: never; readonly problem: SealedFieldProblem };

/**
 * What a filter is for. A search may overlook what it cannot see. A grant must never give more than it says: under a
 * negation, what a condition overlooks would be given, so there it has to see all.
 */
export type FilterPurpose = 'search' | 'grant';

/** Blind indexes of one filter, at most: each costs a hash, and they have to fit into a query of the store. */
export const SEALED_SEARCH_MAX_BLINDS = 4096;

/**
 * Turns what a filter asks of sealed fields into what can be answered: equality also looks for the blind index of the
 * values. The condition on the plain value stays beside it, for events from before the field was sealed. Whether a
 * field has a value is in the entry. All else is a problem.
 *
 * What is asked of other fields stays as it is, and so do words `any`where: sealed values are not among them.
 *
 * @param filter in its one form
 */
export function resolveSealed(
  filter: Filter,
  sealing: SearchedSealing,
  purpose: FilterPurpose = 'search',
): ResolvedFilter {
  try {
    return { filter: new SealedResolver(sealing, purpose).resolve(filter, false) };
  } catch (error) {
    if (error instanceof Unanswerable) return { problem: error.problem };
    throw error;
  }
}

class Unanswerable extends Error {
  readonly problem: SealedFieldProblem;

  constructor({ field, op }: Condition, message: string) {
    super(message);
    this.problem = { code: 'sealed-field', field, operator: op, message };
  }
}

class SealedResolver {
  readonly #sealing: SearchedSealing;
  readonly #purpose: FilterPurpose;
  #blinds = 0;

  constructor(sealing: SearchedSealing, purpose: FilterPurpose) {
    this.#sealing = sealing;
    this.#purpose = purpose;
  }

  resolve(filter: Filter, isNegated: boolean): Filter {
    switch (filter.op) {
      case 'always':
      case 'never':
      case 'sealed':
      case 'concealed':
        return filter;
      case 'and':
        return allOf(...filter.filters.map((inner) => this.resolve(inner, isNegated)));
      case 'or':
        return anyOf(...filter.filters.map((inner) => this.resolve(inner, isNegated)));
      case 'not':
        return negate(this.resolve(filter.filter, !isNegated));
      default:
        return this.#condition(filter, this.#purpose === 'grant' && isNegated);
    }
  }

  /** @param mustSeeAll whether it is wrong to overlook an event */
  #condition(condition: Condition, mustSeeAll: boolean): Filter {
    const { plan } = this.#sealing;
    const { field } = condition;
    if (mustSeeAll && field === 'any' && plan.length > 0) throw new Unanswerable(condition, NOT_ANYWHERE);
    const found = knownField(field);
    const { at, into } = plannedReach(found.path, plan);
    if (into.length > 0) throw new Unanswerable(condition, lieWithin(field, into));
    if (at.length === 0) return mustSeeAll ? this.#orConcealed(condition, found) : condition;
    if (condition.op === 'exists') return condition;
    const texts = equalTexts(condition);
    if (texts === undefined) throw new Unanswerable(condition, onlyEquality(field));
    if (!at.every(({ search }) => search)) throw new Unanswerable(condition, noSearch(field));
    if (mustSeeAll && !at.every((planned) => findsAllWritings(found, planned))) {
      throw new Unanswerable(condition, notLeftOut(field));
    }
    const sealed = this.#sealed(condition, at, texts);
    return sealed === undefined ? condition : anyOf(condition, sealed);
  }

  /**
   * Met by what the condition overlooks too: what detection sealed, or a policy that is in force no more. So events
   * with that are not given.
   */
  #orConcealed(condition: Condition, found: FoundField): Filter {
    const isPossible = this.#sealing.blindKey !== undefined && (found.name === 'any' || canBeSealed(found));
    return isPossible ? anyOf(condition, { op: 'concealed', field: found.name }) : condition;
  }

  #sealed(condition: Condition, at: readonly PlannedField[], texts: readonly string[]): HasSealed | undefined {
    const { blindKey } = this.#sealing;
    if (blindKey === undefined) return undefined;
    this.#blinds += at.length * texts.length;
    if (this.#blinds > SEALED_SEARCH_MAX_BLINDS) throw new Unanswerable(condition, tooMany(condition.field));
    const blinds = at.flatMap(({ path, form }) =>
      texts.map((text) => blindIndex(blindKey, path, normalForm(text, form))),
    );
    return { op: 'sealed', blind: [...new Set(blinds)] };
  }
}

/**
 * Whether the blind index finds every value that the same condition on the plain value is met by. Texts are compared
 * without the case of A to Z, which only the form of e-mail addresses does; an address may have a zone, which only the
 * condition ignores; and free JSON may hold a list, which is sealed as one.
 */
function findsAllWritings({ field }: FoundField, { form }: PlannedField): boolean {
  return field.type === 'keyword' || (field.type === 'text' && form === 'email');
}

const NOT_ANYWHERE = 'Sealed values are not among the words of an event, so a grant cannot leave events out by "any".';

function onlyEquality(field: string): string {
  return `${field} is sealed: it can be compared with whole values (${field}:VALUE), and asked for (${field}:*), but nothing else.`;
}

function noSearch(field: string): string {
  return `${field} is sealed and kept from searches ("search": false): it can only be asked for (${field}:*).`;
}

function lieWithin(field: string, into: readonly PlannedField[]): string {
  const whole = into.map(({ path }) => path).join(', ');
  return `${field} lies within what is sealed as a whole (${whole}), so nothing can be said about it.`;
}

function notLeftOut(field: string): string {
  return `${field} is sealed and found in one writing only, so a grant cannot leave events out by it.`;
}

function tooMany(field: string): string {
  return `${field}: the values of sealed fields that a filter asks for are at most ${SEALED_SEARCH_MAX_BLINDS} together.`;
}

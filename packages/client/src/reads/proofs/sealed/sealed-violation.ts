/**
 * What can be wrong with sealed fields, whose values the log does not hold:
 * - `unopened-field`: the server gives neither the value nor an erasure of it.
 * - `wrong-opening`: the value that the server gives is not the one that the entry commits to.
 * - `uncertified-erasure`: the server calls a field erased, and the log has no certificate of that erasure that is newer
 *   than the entry.
 * - `exceeded-certificate`: more fields or entries are called erased by an erasure than its certificate counts.
 * - `missing-payload`: a payload that was moved out, and may have sealed fields, is not there or has another hash.
 */
export type SealedViolationCode =
  | 'unopened-field'
  | 'wrong-opening'
  | 'uncertified-erasure'
  | 'exceeded-certificate'
  | 'missing-payload';

/** One finding; `index` is that of the entry, or of the first one of several. */
export interface SealedViolation {
  readonly code: SealedViolationCode;
  readonly message: string;
  readonly index?: number;
}

/** Findings up to a number; those beyond it are counted. */
export class SealedViolations {
  readonly list: SealedViolation[] = [];
  omitted = 0;
  readonly #maxItems: number;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  add(violation: SealedViolation): void {
    if (this.list.length < this.#maxItems) this.list.push(violation);
    else this.omitted += 1;
  }
}

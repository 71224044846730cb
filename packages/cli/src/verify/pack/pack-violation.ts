import type { SealedViolationCode } from '@attestlog/client/log-reading';
import type { TlogErrorCode } from '@attestlog/tlog';

/**
 * What is wrong with a pack or with one of its events, beside what the checks of the log and of sealed fields find.
 *
 * - `refused`: it is no pack, or was made to harm whoever opens it.
 * - `missing-file`, `unexpected-file`, `altered-file`: its files are not those that were packed.
 * - `bad-seal`: the list of its files is not signed by the log.
 * - `bad-checkpoint`: nothing can be proven against its checkpoint.
 * - `bad-manifest`, `wrong-count`: what it says of itself is unreadable, or not so.
 * - `other-checkpoint`, `other-index`: a receipt is not for this pack, or not for this event.
 * - `other-payload`: a payload is not the one that its event has the hash of.
 * - `bad-certificate`: a certificate of an erasure that certifies nothing.
 * - `incomplete-range`, `missing-event`: the range is not proven to be whole, or an entry of it is not there.
 * - `fork`: the log signed another tree of this size.
 */
export type PackViolationCode =
  | TlogErrorCode
  | SealedViolationCode
  | 'refused'
  | 'missing-file'
  | 'unexpected-file'
  | 'altered-file'
  | 'bad-seal'
  | 'bad-checkpoint'
  | 'bad-manifest'
  | 'wrong-count'
  | 'other-checkpoint'
  | 'other-index'
  | 'other-payload'
  | 'bad-certificate'
  | 'malformed-openings'
  | 'incomplete-range'
  | 'missing-event'
  | 'fork';

export interface PackViolation {
  readonly code: PackViolationCode;
  readonly message: string;
}

/** Violations of a pack as a whole; so many are listed, the others are counted. */
export class PackViolations {
  readonly list: PackViolation[] = [];
  omitted = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(code: PackViolationCode, message: string): void {
    if (this.list.length < this.#max) this.list.push({ code, message });
    else this.omitted += 1;
  }

  get total(): number {
    return this.list.length + this.omitted;
  }
}

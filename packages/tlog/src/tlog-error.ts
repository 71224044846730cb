/**
 * Every way in which this package refuses its input. Match by code: the messages are for people and may change.
 *
 * - `bad-argument`: the caller broke a precondition (a number out of range, a hash that is not 32 bytes).
 * - `malformed-*`: text or bytes that are not in the one canonical form of their format.
 * - `bad-tile`: a reader returned a tile of the wrong length.
 * - `bad-signature`: a signature that claims to be from a known key does not verify.
 * - `unknown-key`: no signature from a known key.
 * - `wrong-origin`: validly signed, but by or about another log.
 * - `index-out-of-range`: a receipt for an index that its own checkpoint does not cover.
 * - `not-included`: a receipt whose proof does not lead from the entry to the signed root.
 */
export type TlogErrorCode =
  | 'bad-argument'
  | 'malformed-path'
  | 'malformed-bundle'
  | 'malformed-note'
  | 'malformed-key'
  | 'malformed-checkpoint'
  | 'malformed-receipt'
  | 'malformed-range-proof'
  | 'malformed-witness-message'
  | 'bad-tile'
  | 'bad-signature'
  | 'unknown-key'
  | 'wrong-origin'
  | 'index-out-of-range'
  | 'not-included';

/** The only error class that this package throws of its own accord; errors of readers and signals pass through. */
export class TlogError extends Error {
  readonly code: TlogErrorCode;

  constructor(code: TlogErrorCode, message: string) {
    super(message);
    this.name = 'TlogError';
    this.code = code;
  }
}

/** @throws TlogError `bad-argument` unless `value` is an integer from 0 to 2^53 − 1. */
export function requireCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new TlogError('bad-argument', `${what} must be an integer from 0 to 2^53 - 1, not ${String(value)}`);
  }
}

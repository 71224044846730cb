import { hash } from 'node:crypto';
import { canonicalJson } from '@attestlog/event';
import { Occurrences } from './occurrences.js';

/** Hex digits of the content hash in an id: 160 bits. */
const HASH_DIGITS = 40;

/**
 * Gives ids to the records of one file that have none, so that importing the file again adds nothing: the hash of the
 * content, and which of the equal records of the file it is. White space and the order of keys make no difference.
 */
export class RecordIds {
  readonly #occurrences = new Occurrences();

  /**
   * `import-<hash>-<ordinal>`.
   * @throws UnacceptableJsonError if the record has no canonical form; no server would take it
   */
  next(record: unknown): string {
    const digest = hash('sha256', canonicalJson(record), 'hex');
    const ordinal = this.#occurrences.next(Buffer.from(digest.slice(0, 16), 'hex'));
    return `import-${digest.slice(0, HASH_DIGITS)}-${ordinal}`;
  }
}

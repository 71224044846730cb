/**
 * What {@link verifyLog} can find wrong with a log.
 *
 * About the checkpoint, after which nothing else can be checked:
 * - `malformed-checkpoint`: not a signed checkpoint.
 * - `bad-signature`: a signature that claims to be by a known key does not verify.
 * - `unknown-key`: not signed by a known key of the log.
 * - `wrong-origin`: the checkpoint of another log.
 *
 * About history:
 * - `shrunk`: fewer entries than in the remembered checkpoint.
 * - `fork`: as many entries as in the remembered checkpoint, but other ones.
 * - `inconsistent`: more entries, but the first ones are not those of the remembered checkpoint.
 *
 * About content:
 * - `wrong-root`: neither the entries nor the tiles have the signed root hash, so nothing in the log is proven.
 * - `bad-tile`: a tile is absent, malformed, or does not agree with what the signed root requires.
 * - `changed-entry`: the entry at `index` is not the one whose hash is in the tree.
 * - `reordered-entry`: the entry at `index` is the one whose hash is at `foundIndex` in the tree.
 * - `missing-entry`: the tree has an entry at `index`, but the log does not serve it.
 * - `foreign-entry`: a bundle has bytes that no leaf of the tree accounts for: past the last entry that the tree has
 *   there, or, in a bundle with too many entries, between two that are in the tree. `index` is the place where they stand.
 *   A fuller version of a partial bundle is none: the full bundle of 256 entries, or one whose hash tile has as many hashes.
 */
export type ViolationCode =
  | 'malformed-checkpoint'
  | 'bad-signature'
  | 'unknown-key'
  | 'wrong-origin'
  | 'shrunk'
  | 'fork'
  | 'inconsistent'
  | 'wrong-root'
  | 'bad-tile'
  | 'changed-entry'
  | 'reordered-entry'
  | 'missing-entry'
  | 'foreign-entry';

/** One finding. `message` says in plain words what it means. */
export interface Violation {
  readonly code: ViolationCode;
  readonly message: string;
  /** Index of the entry in the log. */
  readonly index?: number;
  /** For `reordered-entry`: the index where the tree has this entry. */
  readonly foundIndex?: number;
  /** For `bad-tile`. */
  readonly tile?: { readonly level: number; readonly index: number };
}

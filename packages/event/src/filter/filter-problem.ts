/** What can be wrong with a filter. Told apart by these codes, never by the text. */
export const filterProblemCodes = [
  // The text.
  'unexpected-character',
  'unclosed-quote',
  'unclosed-parenthesis',
  'missing-value',
  'missing-filter',
  // What it says.
  'unknown-field',
  'unknown-value',
  'unknown-variable',
  'wrong-operator',
  'not-a-number',
  'not-a-time',
  'not-a-network',
  'no-words',
  'bad-pattern',
  'bad-character',
  // A tree that is none.
  'bad-shape',
  // Bounds.
  'too-long',
  'too-deep',
  'too-many-nodes',
  'too-many-items',
] as const;

export type FilterProblemCode = (typeof filterProblemCodes)[number];

export interface FilterProblem {
  readonly code: FilterProblemCode;
  /** One sentence for whoever wrote the filter. */
  readonly message: string;
  /** What was perhaps meant in the place of what is wrong. */
  readonly suggestion?: string;
}

/** A problem of a text. */
export interface FilterTextProblem extends FilterProblem {
  /** Where it is, in UTF-16 code units from the start of the text. */
  readonly offset: number;
}

/** A problem of a tree. */
export interface FilterTreeProblem extends FilterProblem {
  /** Where it is: JSON Pointer (RFC 6901) from the root of the tree. */
  readonly pointer: string;
}

export function filterProblem(code: FilterProblemCode, message: string, suggestion?: string): FilterProblem {
  return suggestion === undefined ? { code, message } : { code, message, suggestion };
}

/** A piece of a client's text for a message: short, on one line, well-formed. */
export function shown(text: string): string {
  return JSON.stringify(text.length <= 40 ? text.toWellFormed() : `${text.slice(0, 40).toWellFormed()}…`);
}

/**
 * Which events: the one syntax tree that the search syntax, parameters, grants, subscriptions and rules become. Plain
 * JSON, so that it can be kept and sent. {@link checkFilter} reads trees from outside; `allOf`, `anyOf`
 * and `negate` keep trees in the one form that every part of the code can rely on.
 *
 * A condition is true or false for every event, never unknown: about a field that an event lacks it is false, and its
 * negation is true. Where a path leads through arrays, one element that fits is enough.
 */
export type Filter = Everything | Nothing | All | Any | Not | HasSealed | Concealed | Condition;

export interface Everything {
  readonly op: 'always';
}

export interface Nothing {
  readonly op: 'never';
}

/** At least two filters, none of them an `and`. */
export interface All {
  readonly op: 'and';
  readonly filters: readonly Filter[];
}

/** At least two filters, none of them an `or`. */
export interface Any {
  readonly op: 'or';
  readonly filters: readonly Filter[];
}

/** Never of a `not`. */
export interface Not {
  readonly op: 'not';
  readonly filter: Filter;
}

/**
 * One of the event's sealed values has one of these blind indexes. Only the server makes it, of a condition on a field
 * that is sealed: neither the search syntax nor a tree from outside has it.
 */
export interface HasSealed {
  readonly op: 'sealed';
  readonly blind: readonly string[];
}

/**
 * A value of the field, or one on the way to it, is sealed; for `any`, anything of the event. Only the server makes it:
 * what a condition on the field overlooks, because it cannot see it.
 */
export interface Concealed {
  readonly op: 'concealed';
  readonly field: string;
}

/** What is asked about one field. `field` is its canonical name: `actor.id`, `metadata.amount`, `metadata."a b".c`. */
export type Condition = Is | Like | Exists | Range | InNetwork | HasWords;

/**
 * The text of the field is one of these, none of them empty. A number's text is its JSON, so `900` fits the number and
 * the text. Names, e-mail addresses and other texts for people are compared without the case of A to Z.
 */
export interface Is {
  readonly op: 'is';
  readonly field: string;
  readonly values: readonly string[];
}

/** The text of the field is these parts with anything between them: `['order.', '']` is `order.*`. At least two parts. */
export interface Like {
  readonly op: 'like';
  readonly field: string;
  readonly parts: readonly string[];
}

/** The field has a value; `null` and the empty text are none. */
export interface Exists {
  readonly op: 'exists';
  readonly field: string;
}

/** A bound of a range: a number, or a time in UTC with nine digits of fraction. */
export type Bound = number | string;

/** One lower bound, one upper bound, or both, of one type. Numbers in texts, and times that are no RFC 3339, never fit. */
export interface Range {
  readonly op: 'range';
  readonly field: string;
  readonly gt?: Bound;
  readonly gte?: Bound;
  readonly lt?: Bound;
  readonly lte?: Bound;
}

/** The address lies in one of these networks: `10.0.0.0/8`, `2001:db8::/32`, or an address for itself alone. */
export interface InNetwork {
  readonly op: 'network';
  readonly field: string;
  readonly networks: readonly string[];
}

/**
 * The message, or any text or number of the entry, has these words one after the other. Words are runs of letters and
 * digits of ASCII and of all other characters beyond ASCII; A to Z are lower case here and fit both cases.
 */
export interface HasWords {
  readonly op: 'words';
  readonly field: 'message' | 'any';
  readonly words: readonly string[];
  /** The last word is the beginning of one. */
  readonly prefix?: true;
}

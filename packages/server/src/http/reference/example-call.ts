/** Where in an answer something stands that later calls need. */
export interface Kept {
  /** JSON Pointer (RFC 6901) into the body. */
  pointer: string;
  /** The part of it that is meant, in the first group; all of it if absent. */
  pattern?: string;
  /** What the description shows in its place. */
  shown: string;
}

/**
 * A call that shows how an operation is used. The calls in their order are a story, which can be run against an empty
 * service. `{{name}}` in a text is what an earlier call kept by that name.
 */
export interface ExampleCall {
  /** `POST /api/v1/events`, as the description names it. */
  operation: string;
  /** Status of the answer. */
  status: number;
  /** What it may be too, where it depends on how fast the work in the background is. */
  otherStatus?: number;
  path?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Media type of the body; absent: JSON. */
  type?: string;
  /** By name. */
  keeps?: Readonly<Record<string, Kept>>;
  /** Asked again until the answer has this: work in the background may take a moment. */
  until?: { pointer: string; value: string | number | boolean };
}

/** Puts in what was kept, everywhere in a value. Names that are not known stay. */
export function filledIn<T>(value: T, known: ReadonlyMap<string, string>): T {
  if (typeof value === 'string') {
    return value.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => known.get(name) ?? whole) as T;
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, known)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filledIn(member, known)])) as T;
}

/** What the examples of a description show for what is kept. */
export function shownValues(calls: readonly ExampleCall[]): Map<string, string> {
  return new Map(calls.flatMap(({ keeps = {} }) => Object.entries(keeps).map(([name, { shown }]) => [name, shown])));
}

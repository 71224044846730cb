/**
 * What can be wrong with an event, as one closed list. The server's documentation lists the catalogue, and callers
 * tell problems apart by `code`, never by the text.
 */
export const problemCatalogue = {
  'invalid-json': {
    title: 'The text is not JSON',
    remedy: 'Send JSON as RFC 8259 defines it, as UTF-8 without a byte order mark.',
  },
  'duplicate-key': {
    title: 'A key appears twice in one object',
    remedy: 'Keep one of the two: readers disagree on which one counts.',
  },
  'number-out-of-range': {
    title: 'A number cannot be kept exactly',
    remedy: 'Send numbers beyond ±9007199254740991 as strings.',
  },
  'lone-surrogate': { title: 'A text has half of a surrogate pair', remedy: 'Send whole Unicode characters.' },
  'nul-character': {
    title: 'A text has the character U+0000',
    remedy: 'Remove it or encode the value, e.g. as base64.',
  },
  'too-deep': { title: 'The JSON is nested too deeply', remedy: 'Nest at most 64 arrays and objects.' },
  'not-json': {
    title: 'A value has no JSON form',
    remedy: 'Use null, booleans, numbers, strings, arrays, plain objects.',
  },
  'not-an-array': { title: 'A batch must be a JSON array', remedy: 'Send the events as [ … ].' },
  'too-many-items': { title: 'Too many items', remedy: 'Send fewer items at once.' },
  'not-an-object': { title: 'An event must be a JSON object', remedy: 'Send the event as { … }.' },
  required: { title: 'A required field is missing', remedy: 'Add the field.' },
  'unknown-field': {
    title: 'The event has no such field',
    remedy: 'Correct the name, or put the value under metadata.',
  },
  'server-field': { title: 'Only the server sets this field', remedy: 'Leave the field out.' },
  'wrong-type': {
    title: 'The value has the wrong type',
    remedy: 'Send the type that the message names; leave out what is null.',
  },
  'not-in-list': {
    title: 'The value is not in the closed list',
    remedy: 'Use one of the values that the message lists.',
  },
  'bad-format': { title: 'The value has the wrong form', remedy: 'Follow the form that the message describes.' },
  'too-long': { title: 'The text is too long', remedy: 'Shorten it, or put it under metadata.' },
  'too-short': { title: 'The value is too short or empty', remedy: 'Give a value, or leave the field out.' },
  'out-of-range': { title: 'The number is outside its range', remedy: 'Use a number within the range.' },
  'invalid-time': {
    title: 'The time is not an RFC 3339 time',
    remedy: 'Use e.g. 2025-10-06T12:54:12.025979644Z: with an offset, at most 9 digits of fraction, no leap second.',
  },
  'time-out-of-range': {
    title: 'The time is outside what can be stored',
    remedy: 'Use a time from 1900-01-01 to 2262-04-11.',
  },
  'time-in-future': { title: 'The time lies in the future', remedy: 'Correct the clock, or leave time out.' },
  'reserved-shape': {
    title: 'The value has a key that only the server writes',
    remedy: 'Rename the key that the message names: "$blob", "$detected" and "$sealed" are the server’s.',
  },
  'event-too-large': {
    title: 'The event is too large',
    remedy: 'Put large data in request, response, changes or file.diff.',
  },
  'payload-too-large': { title: 'A payload is too large', remedy: 'Store it elsewhere and send its checksum.' },
  'personal-data': {
    title: 'The event has personal data or a secret that the policy refuses',
    remedy: 'Remove it or mask it before sending; the policy of the tenant says which kinds are refused.',
  },
  'foreign-record': {
    title: 'The record is not one of this dialect',
    remedy: 'Send the records to the route of their own dialect.',
  },
  'other-tenant': {
    title: 'The record names another tenant than the one that it would be recorded for',
    remedy: 'Leave the tenant out, or send the record with a credential that may write for the tenant that it names.',
  },
} as const satisfies Record<string, { title: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCatalogue;

/** One thing that is wrong, and where. */
export interface FieldProblem {
  readonly code: ProblemCode;
  /** JSON Pointer (RFC 6901) from the root of the event, or of the text for the JSON readers. `''` is the root. */
  readonly pointer: string;
  /** One sentence for the person who has to mend it: what is wrong here, and what to do. */
  readonly message: string;
}

export function problem(code: ProblemCode, pointer: string, message: string): FieldProblem {
  return { code, pointer, message };
}

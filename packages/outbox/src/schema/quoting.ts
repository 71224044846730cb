import { OutboxError } from '../outbox-error.js';

/** PostgreSQL cuts longer names off without an error, and might so mean another table. */
const IDENTIFIER_MAX_BYTES = 63;

const HALF_OF_A_PAIR = /\p{Surrogate}/u;

/**
 * A name as a quoted identifier (PostgreSQL's documentation, 4.1.1): it means exactly this name, whatever is in it.
 *
 * @throws OutboxError `identifier-invalid` for what can be no name: empty, U+0000, half a surrogate pair, over 63 bytes
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || HALF_OF_A_PAIR.test(name)) {
    throw new OutboxError('identifier-invalid', `${JSON.stringify(name)} cannot be a name in PostgreSQL.`);
  }
  if (new TextEncoder().encode(name).length > IDENTIFIER_MAX_BYTES) {
    throw new OutboxError('identifier-invalid', `The name ${JSON.stringify(name)} has more than 63 bytes.`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text as a literal that means the same whether `standard_conforming_strings` is on or off.
 *
 * @throws OutboxError `identifier-invalid` for U+0000 and half a surrogate pair, which no text of PostgreSQL holds
 */
export function quoteLiteral(text: string): string {
  if (text.includes('\0') || HALF_OF_A_PAIR.test(text)) {
    throw new OutboxError('identifier-invalid', `${JSON.stringify(text)} cannot be a text in PostgreSQL.`);
  }
  const quoted = text.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/**
 * The body of a function, in dollar quotes that nothing in it can end: names in it may hold any text.
 */
export function quoteBody(body: string): string {
  let tag = '$body$';
  for (let number = 1; body.includes(tag); number++) tag = `$body${number}$`;
  return `${tag}\n${body}\n${tag}`;
}

import type { Verdict } from './event-sender.js';

export type StoredEvent =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly verdict: Verdict };

/** A string, or a number with its integer part, fraction and exponent, in JSON (RFC 8259). */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/g;
/** So many significant digits survive a double both ways. */
const SAFE_DIGITS = 15;
const SAFE_EXPONENT = 290;

/**
 * What is sent of a row. Whoever may write to the table may have written anything, so a text that is no event would
 * refuse the whole batch; and an event without an id would be recorded twice after a crash.
 *
 * Triggers write numbers with all their digits, while readers of JSON round what does not fit a double: these are sent
 * as strings, with all their digits.
 */
export function readStoredEvent(text: string): StoredEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('invalid-json', 'The row holds no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('wrong-type', 'The row holds no JSON object');
  }
  const { id } = value as { id?: unknown };
  if (typeof id !== 'string' || id === '')
    return refused('id-missing', 'The event has no id, by which a repeat is known');
  return { ok: true, json: withExactNumbers(text) };
}

/** The same JSON with numbers that a double cannot keep written as strings. */
export function withExactNumbers(json: string): string {
  return json.replace(STRING_OR_NUMBER, (token, whole: string | undefined, fraction = '', exponent = '0') => {
    if (whole === undefined || isExact(token, whole, fraction, Number(exponent))) return token;
    return `"${token}"`;
  });
}

function isExact(token: string, whole: string, fraction: string, exponent: number): boolean {
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return true;
  const magnitude = digits.length - fraction.length + exponent;
  // A number beyond this is refused by the server, whatever its digits.
  if (Math.abs(Number(token)) > Number.MAX_SAFE_INTEGER) return false;
  if (Math.abs(magnitude) > SAFE_EXPONENT) return false;
  return digits.replace(/0+$/, '').length <= SAFE_DIGITS || String(Number(token)) === token;
}

function refused(code: string, reason: string): StoredEvent {
  return { ok: false, verdict: { state: 'refused', code, reason } };
}

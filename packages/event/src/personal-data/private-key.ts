import type { End } from './finding.js';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
/** The longest label in use is `PGP PRIVATE KEY BLOCK`. */
const LABEL_MAX_CHARS = 48;

/**
 * A private key in armour (RFC 7468, and OpenPGP's, RFC 9580), up to the end of its armour, or of the text where that was
 * cut off. Certificates and public keys are none.
 */
export function privateKeyEnd(text: string, start: number): End {
  if (!text.startsWith(BEGIN, start)) return undefined;
  const header = text.slice(start + BEGIN.length, start + BEGIN.length + LABEL_MAX_CHARS);
  const labelEnd = header.indexOf(DASHES);
  if (labelEnd === -1) return undefined;
  const label = header.slice(0, labelEnd);
  if (!label.endsWith('PRIVATE KEY') && !label.endsWith('PRIVATE KEY BLOCK')) return undefined;
  const footer = `-----END ${label}-----`;
  const found = text.indexOf(footer, start + BEGIN.length + labelEnd);
  return found === -1 ? text.length : found + footer.length;
}

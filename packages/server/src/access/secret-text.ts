import { crc32 } from 'node:zlib';
import { base62 } from './random-text.js';

/**
 * The text of a secret that we give out: `PREFIX_ID_SECRET`, where the last six characters of SECRET are a checksum. So
 * a scanner finds it by one regular expression and knows without asking us that it is no other text, as with GitHub's
 * tokens.
 */
export interface SecretKind {
  /** What it is: `alk` for an API key. */
  prefix: string;
  idLength: number;
  /** Characters of the secret, without the checksum. */
  secretLength: number;
}

export interface SecretParts {
  /** Not secret: names the document. Letters and digits. */
  id: string;
  secret: string;
}

/** 256 random bits. */
export const API_KEY: SecretKind = { prefix: 'alk', idLength: 12, secretLength: 43 };

const CHECKSUM_LENGTH = 6;

export function writeSecret({ prefix }: SecretKind, { id, secret }: SecretParts): string {
  const body = `${prefix}_${id}_${secret}`;
  return `${body}${checksum(body)}`;
}

/** The parts of a text that {@link writeSecret} wrote; undefined for any other, a mistyped one included. */
export function readSecret(kind: SecretKind, text: string): SecretParts | undefined {
  const match = secretPattern(kind).exec(text);
  if (match === null || checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return undefined;
  return { id: match[1]!, secret: match[2]!.slice(0, -CHECKSUM_LENGTH) };
}

/** Whole texts of this kind, with the id and the secret as groups. */
export function secretPattern({ prefix, idLength, secretLength }: SecretKind): RegExp {
  return new RegExp(`^${prefix}_([0-9A-Za-z]{${idLength}})_([0-9A-Za-z]{${secretLength + CHECKSUM_LENGTH}})$`);
}

/** CRC-32 in base 62: guards against mistakes, not against forgery. */
function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

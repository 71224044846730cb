import { isUtf8 } from 'node:buffer';
import { isPlainObject, type JsonObject, parseJson } from '@attestlog/event';

/** A JWT as it was sent, before anything of it is known to be true. */
export interface UnverifiedJwt {
  header: JsonObject;
  payload: JsonObject;
}

export const MAX_TOKEN_CHARS = 8192;

/**
 * Reads a JWT in its compact form (RFC 7515, section 3.1) strictly: nothing of it may be understood in two ways. Each
 * part is canonical base64url, header and payload are JSON objects without a name twice. Undefined for anything else,
 * an encrypted token included.
 */
export function readUnverifiedJwt(text: string): UnverifiedJwt | undefined {
  if (text.length > MAX_TOKEN_CHARS) return undefined;
  const parts = text.split('.');
  if (parts.length !== 3 || bytesOf(parts[2]!) === undefined) return undefined;
  const [header, payload] = [objectOf(parts[0]!), objectOf(parts[1]!)];
  return header && payload && { header, payload };
}

function objectOf(part: string): JsonObject | undefined {
  const bytes = bytesOf(part);
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  const { value } = parseJson(bytes.toString('utf8'));
  return value !== undefined && isPlainObject(value) ? value : undefined;
}

function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined;
}

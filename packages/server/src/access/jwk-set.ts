import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { MAX_JWKS_KEYS } from './issuers.js';

/** The keys of an issuer, ready to verify. */
export interface KeySet {
  /** Changes when any key changes. */
  fingerprint: string;
  get: JWTVerifyGetKey;
}

const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const;

/**
 * A key set of what an issuer publishes (RFC 7517, section 5). Of each key only the public members are kept, and keys of
 * other kinds are left out: a symmetric key that somebody published by mistake must not verify anything.
 * @throws Error when it is no key set, or has too many keys
 */
export function keySetOf(value: unknown): KeySet {
  const list = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) throw new Error('it is no JWK Set');
  if (list.length > MAX_JWKS_KEYS) throw new Error(`it has more than ${MAX_JWKS_KEYS} keys`);
  const keys = list.flatMap((key: unknown) => publicJwk(key) ?? []);
  const set: JSONWebKeySet = { keys };
  return { fingerprint: JSON.stringify(keys), get: createLocalJWKSet(set) };
}

function publicJwk(key: unknown): JWK | undefined {
  if (typeof key !== 'object' || key === null) return undefined;
  const members = key as Record<string, unknown>;
  if (!['RSA', 'EC', 'OKP'].includes(members.kty as string)) return undefined;
  const kept = PUBLIC_MEMBERS.filter((name) => typeof members[name] === 'string').map((name) => [name, members[name]]);
  return Object.fromEntries(kept) as JWK;
}

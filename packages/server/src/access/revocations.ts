import { createHash } from 'node:crypto';
import type { WatchedDocuments } from '../documents/watched-documents.js';
import { asProblem, from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import { timeText } from './unix-time.js';

/** That a token, or all tokens of somebody that were issued so far, count no more. */
export interface RevocationDocument {
  /** Tokens of somebody that were issued up to then count no more; absent where it is about one token. */
  issued_until?: string;
  /** When the token that it is about has ended anyway, and the document can go. About a principal, it stays. */
  until?: string;
}

export const REVOCATION_PREFIX = 'revocation.';

/** What a revocation is about: one token, or all those of a principal of a tenant. */
export type RevocationSubject = { token: string } | { tenant: string; principal: string };

/** Names the document of a revocation; what comes from a token is hashed. */
export function revocationKey(subject: RevocationSubject): string {
  const parts = 'token' in subject ? ['token', subject.token] : ['principal', subject.tenant, subject.principal];
  return `${REVOCATION_PREFIX}${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
}

/**
 * Names a token by what is signed of it. Not by its signature too: of an ECDSA signature anybody can make another one
 * for the same token, which is as good.
 */
export function tokenName(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

/** True when the revocation is about a token that was issued at this time. */
export function revokes(revocation: RevocationDocument | undefined, issuedAtMs: number): boolean {
  if (revocation === undefined) return false;
  return revocation.issued_until === undefined || issuedAtMs <= Date.parse(revocation.issued_until);
}

export interface RevocationsParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<RevocationDocument>, 'changed'>;
}

/** Revokes tokens that are not ours: we cannot stop their issuer, but need not accept them. */
export class Revocations {
  readonly #parts: RevocationsParts;

  constructor(parts: RevocationsParts) {
    this.#parts = parts;
  }

  /** Ends one token at once. Idempotent. Fails with `registry-unavailable`. */
  async revokeToken(token: string, expiresAtMs: number): Promise<void> {
    await this.#put(revocationKey({ token: tokenName(token) }), { until: timeText(expiresAtMs) });
  }

  /** Ends all tokens of a principal that were issued so far. Fails with `registry-unavailable`. */
  async revokePrincipal(tenant: string, principal: string, now: number): Promise<void> {
    await this.#put(revocationKey({ tenant, principal }), { issued_until: timeText(now) });
  }

  async #put(key: string, document: RevocationDocument): Promise<void> {
    const { registry, documents } = this.#parts;
    const known = await from('registry', registry.get(key));
    try {
      await registry.put(key, document, known?.revision ?? 0);
    } catch (error) {
      // Somebody else revoked it in the same moment.
      if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
    } finally {
      documents.changed(key);
    }
  }
}

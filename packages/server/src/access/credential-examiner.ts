import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { RegistryDocument } from '../ports/registry.js';
import type { AccessTokens, VerifiedToken } from './access-tokens.js';
import { AddressList } from './address-list.js';
import { type ApiKeyDocument, apiKeyKey, endOfKey } from './api-key-document.js';
import { keyDigest } from './api-keys.js';
import { type CredentialDocuments, type Dependency, rely } from './credential-documents.js';
import { keyPrincipal, userPrincipal } from './credential-principals.js';
import type { Accepted, Examination, Refused } from './examination.js';
import type { JwtVerifier } from './jwt-verifier.js';
import type { Pepper } from './pepper.js';
import type { Credential } from './principal.js';
import { revocationKey, revokes, tokenName } from './revocations.js';
import { API_KEY, readSecret } from './secret-text.js';
import { type SessionDocument, sessionKey } from './session-document.js';
import { tokenKeyKey } from './token-keys.js';
import { nowMs } from './unix-time.js';
import { readUnverifiedJwt } from './unverified-jwt.js';
import { userKey } from './user-document.js';

export interface CredentialExaminerParts {
  documents: CredentialDocuments;
  pepper: Pepper;
  tokens: AccessTokens;
  foreign: JwtVerifier;
  clock: Clock;
}

/** Finds out whom a credential speaks for, from the registry and the keys of issuers. Remembers nothing. */
export class CredentialExaminer {
  readonly #parts: CredentialExaminerParts;

  constructor(parts: CredentialExaminerParts) {
    this.#parts = parts;
  }

  /** Fails with `registry-unavailable`, `issuer-unavailable`. */
  async examine(credential: string): Promise<Examination> {
    if (credential.startsWith(`${API_KEY.prefix}_`)) return this.#apiKey(credential);
    const jwt = readUnverifiedJwt(credential);
    if (jwt === undefined) return refused('credential-invalid');
    const isOurs = jwt.payload.iss === this.#parts.tokens.issuer;
    const examining = isOurs ? this.#ownToken(credential, jwt.header.kid) : this.#foreignToken(credential, jwt);
    return examining.catch((error: unknown) => {
      const isRefusal = error instanceof Problem && error.status === 401;
      if (!isRefusal) throw error;
      // One that has ended was verified before that was seen.
      return { problem: error, isAuthentic: error.code === 'credential-expired' };
    });
  }

  /** Whom a session speaks for now. Fails with `registry-unavailable`. */
  async session(session: SessionDocument, credential: Credential): Promise<Examination> {
    const dependencies: Dependency[] = [];
    const { documents } = this.#parts;
    const [kind, id = ''] = session.principal.split(':');
    const expiresAtMs = Math.min(credential.expiresAtMs ?? Infinity, Date.parse(session.expires_at));
    if (kind === 'key') {
      const found = await rely(dependencies, documents.apiKeys, apiKeyKey(id));
      const accepted = this.#acceptKey(found, { ...credential, expiresAtMs }, dependencies);
      return {
        ...accepted,
        ...('problem' in accepted ? {} : { expiresAtMs: Math.min(accepted.expiresAtMs, expiresAtMs) }),
      };
    }
    const user = (await rely(dependencies, documents.users, userKey(id)))?.value;
    const isOver = user === undefined || user.disabled_at !== undefined || user.session_epoch !== session.epoch;
    if (isOver) return { ...refused('credential-revoked', true), tenant: user?.tenant ?? null };
    return { principal: userPrincipal(user, { ...credential, expiresAtMs }), dependencies, expiresAtMs };
  }

  async #apiKey(text: string): Promise<Examination> {
    const { documents, pepper, clock } = this.#parts;
    const parts = readSecret(API_KEY, text);
    if (parts === undefined) return refused('credential-invalid');
    const dependencies: Dependency[] = [];
    const found = await rely(dependencies, documents.apiKeys, apiKeyKey(parts.id));
    const digest = keyDigest(pepper, parts.id, parts.secret).toString('hex');
    const now = nowMs(clock);
    // All of them are compared, so that the time does not tell which one it is.
    const [secret] = (found?.value.secrets ?? []).filter(({ hash }) => pepper.isSame(hash, digest));
    if (found === undefined || secret === undefined) return refused('credential-invalid');
    const { id, tenant } = found.value;
    const untilMs = secret.until === undefined ? Infinity : Date.parse(secret.until);
    if (untilMs <= now) return { ...refused('credential-expired', true), tenant, keyId: id };
    const accepted = this.#acceptKey(found, { id }, dependencies);
    if ('problem' in accepted) return accepted;
    return { ...accepted, expiresAtMs: Math.min(accepted.expiresAtMs, untilMs) };
  }

  /** The key's own side: that it counts, and from where. */
  #acceptKey(
    found: RegistryDocument<ApiKeyDocument> | undefined,
    credential: Credential,
    dependencies: readonly Dependency[],
  ): Accepted | Refused {
    if (found === undefined) return refused('credential-revoked', true);
    const { id, tenant, addresses, expires_at } = found.value;
    const end = endOfKey(found.value, nowMs(this.#parts.clock));
    if (end !== undefined) return { ...refused(`credential-${end}`, true), tenant, keyId: id };
    const expiresAtMs = expires_at === undefined ? Infinity : Date.parse(expires_at);
    const principal = keyPrincipal(found.value, {
      ...credential,
      ...(expires_at === undefined ? {} : { expiresAtMs: Math.min(expiresAtMs, credential.expiresAtMs ?? Infinity) }),
    });
    const list = addresses.length === 0 ? undefined : AddressList.parse(addresses);
    // A list that cannot be read lets nobody in.
    if (list?.ok === false) return { ...refused('address-refused', true), tenant, keyId: id };
    return { principal, dependencies, expiresAtMs, addresses: list?.list, keyId: id };
  }

  async #ownToken(token: string, kid: unknown): Promise<Examination> {
    const { documents, tokens } = this.#parts;
    const verified = await tokens.verify(token, kid);
    const dependencies: Dependency[] = [keyDependency(documents, verified)];
    const session = (await rely(dependencies, documents.sessions, sessionKey(verified.session)))?.value;
    if (session === undefined || session.principal !== verified.principal) return refused('credential-revoked', true);
    if (session.revoked_at !== undefined) return refused('credential-revoked', true);
    const examination = await this.session(session, {
      id: verified.id,
      family: session.id,
      expiresAtMs: verified.expiresAtMs,
    });
    if ('problem' in examination) return examination;
    return { ...examination, dependencies: [...dependencies, ...examination.dependencies] };
  }

  async #foreignToken(token: string, jwt: Parameters<JwtVerifier['verify']>[1]): Promise<Examination> {
    const { documents, foreign } = this.#parts;
    const { principal, issuedAtMs, isCurrent } = await foreign.verify(token, jwt);
    const { tenant, id } = principal;
    const dependencies: Dependency[] = [];
    for (const subject of [{ token: tokenName(token) }, { tenant, principal: id }]) {
      const revocation = await rely(dependencies, documents.revocations, revocationKey(subject));
      if (revokes(revocation?.value, issuedAtMs)) return { ...refused('credential-revoked', true), tenant };
    }
    return { principal, dependencies, isCurrent, expiresAtMs: principal.credential.expiresAtMs ?? Infinity };
  }
}

type RefusalCode = 'credential-invalid' | 'credential-expired' | 'credential-revoked' | 'address-refused';

function refused(code: RefusalCode, isAuthentic = false): Refused {
  return { problem: new Problem(code), isAuthentic };
}

function keyDependency({ tokenKeys }: CredentialDocuments, { kid, keyRevision }: VerifiedToken): Dependency {
  return { documents: tokenKeys, key: tokenKeyKey(kid), revision: keyRevision };
}

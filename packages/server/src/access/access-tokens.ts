import { errors, jwtVerify, SignJWT } from 'jose';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { type RandomBytes, randomText } from './random-text.js';
import { TOKEN_ALGORITHM, type TokenKeys } from './token-keys.js';
import { nowMs } from './unix-time.js';

/** Media type of an access token (RFC 9068, section 2.1): an ID token or anything else that is signed is none. */
const TYPE = 'at+jwt';
const TOKEN_ID_LENGTH = 22;

export interface AccessTokensParts {
  keys: TokenKeys;
  /** Who issues, and for whom: both are the origin of the deployment. */
  issuer: string;
  random: RandomBytes;
  clock: Clock;
  lifetimeMs: number;
}

/** What a token is made for. Tenant, roles and permissions are for those who read it elsewhere. */
export interface TokenContent {
  /** `user:ID` or `key:ID`. */
  principal: string;
  session: string;
  tenant: string | undefined;
  roles: readonly string[];
  permissions: readonly string[];
}

/** What we read from a token of ours. Everything else is asked of the registry, as it is now. */
export interface VerifiedToken {
  id: string;
  kid: string;
  principal: string;
  session: string;
  expiresAtMs: number;
  /** Revision of the document of the key that verified it. */
  keyRevision: number;
}

/** Our own access tokens: JWTs signed by RS256 (RFC 9068). */
export class AccessTokens {
  readonly #parts: AccessTokensParts;

  constructor(parts: AccessTokensParts) {
    this.#parts = parts;
  }

  get issuer(): string {
    return this.#parts.issuer;
  }

  /** A new token. Fails with `registry-unavailable`. */
  async sign(content: TokenContent): Promise<{ token: string; expiresAtMs: number }> {
    const { keys, issuer, random, clock, lifetimeMs } = this.#parts;
    const { kid, key } = await keys.signer();
    const now = Math.floor(nowMs(clock) / 1000);
    const expires = now + Math.floor(lifetimeMs / 1000);
    const { principal, session, tenant, roles, permissions } = content;
    const token = await new SignJWT({
      sid: session,
      client_id: principal,
      ...(tenant === undefined ? {} : { tenant_id: tenant }),
      roles,
      permissions,
    })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TYPE, kid })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(principal)
      .setJti(randomText(random, TOKEN_ID_LENGTH))
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .sign(key);
    return { token, expiresAtMs: expires * 1000 };
  }

  /** @throws Problem `credential-invalid`, `credential-expired`, `registry-unavailable` */
  async verify(token: string, kid: unknown): Promise<VerifiedToken> {
    const { keys, issuer, clock } = this.#parts;
    const verifier = typeof kid === 'string' ? await keys.verifier(kid) : undefined;
    if (verifier === undefined) throw new Problem('credential-invalid');
    const { payload } = await jwtVerify(token, verifier.key, {
      algorithms: [TOKEN_ALGORITHM],
      typ: TYPE,
      issuer,
      audience: issuer,
      requiredClaims: ['sub', 'exp', 'jti', 'sid'],
      currentDate: new Date(nowMs(clock)),
    }).catch(refuse);
    const { sub, exp, jti, sid } = payload;
    return {
      id: jti!,
      kid: kid as string,
      principal: sub!,
      session: sid as string,
      expiresAtMs: exp! * 1000,
      keyRevision: verifier.revision,
    };
  }
}

/** What is told of a token that cannot be verified: that it has ended, if that is all; else nothing. */
export function refuse(error: unknown): never {
  if (error instanceof Problem) throw error;
  // Thrown only when the signature, the issuer and the audience are right.
  if (error instanceof errors.JWTExpired) throw new Problem('credential-expired');
  throw new Problem('credential-invalid');
}

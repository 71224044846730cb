import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { TENANT_ID } from '../tenants/tenant-document.js';
import { refuse } from './access-tokens.js';
import { builtinRole } from './builtin-roles.js';
import { type Fetch, IssuerKeys } from './issuer-keys.js';
import type { IssuerConfiguration } from './issuers.js';
import { keySetOf } from './jwk-set.js';
import type { Principal } from './principal.js';
import { tokenName } from './revocations.js';
import { nowMs } from './unix-time.js';
import type { UnverifiedJwt } from './unverified-jwt.js';

/** Types of token that may speak for somebody (the header "typ"); an absent one too. */
const TYPES = ['jwt', 'at+jwt'];
const MAX_SUBJECT_CHARS = 255;
const MAX_CLAIM_VALUES = 64;
const MAX_CLAIM_VALUE_CHARS = 128;

export interface JwtVerifierParts {
  issuers: readonly IssuerConfiguration[];
  fetch: Fetch;
  clock: Clock;
  onTrouble: (issuer: string, error: Error) => void;
}

/** What a token of another issuer has proved. */
export interface ForeignToken {
  principal: Principal & { tenant: string };
  issuedAtMs: number;
  /** Says whether the keys that proved it are those of its issuer still. */
  isCurrent: () => boolean;
}

interface Issuer {
  configuration: IssuerConfiguration;
  get: JWTVerifyGetKey;
  fingerprint: () => string | undefined;
}

/** Verifies the tokens of other issuers (RFC 7519, with the advice of RFC 8725). */
export class JwtVerifier {
  readonly #issuers: ReadonlyMap<string, Issuer>;
  readonly #clock: Clock;

  constructor({ issuers, fetch, clock, onTrouble }: JwtVerifierParts) {
    this.#clock = clock;
    this.#issuers = new Map(
      issuers.map((configuration): [string, Issuer] => {
        const { issuer, name, keys, jwks_url } = configuration;
        if (keys !== undefined) {
          const { get, fingerprint } = keySetOf({ keys });
          return [issuer, { configuration, get, fingerprint: () => fingerprint }];
        }
        const trouble = (error: Error) => onTrouble(name, error);
        const published = new IssuerKeys({ url: jwks_url!, fetch, clock, onTrouble: trouble });
        return [issuer, { configuration, get: published.get, fingerprint: () => published.fingerprint }];
      }),
    );
  }

  /**
   * Verifies a token. Keys come from what the operator configured only: what its header says of keys (`jwk`, `jku`,
   * `x5c`, `x5u`) is not looked at, and `kid` is compared, never used to find anything.
   * @throws Problem `credential-invalid`, `credential-expired`, `issuer-unavailable`
   */
  async verify(token: string, { header, payload }: UnverifiedJwt): Promise<ForeignToken> {
    const issuer = typeof payload.iss === 'string' ? this.#issuers.get(payload.iss) : undefined;
    if (issuer === undefined || !isAcceptableType(header.typ)) throw new Problem('credential-invalid');
    const { configuration } = issuer;
    const verified = await jwtVerify(token, issuer.get, {
      algorithms: configuration.algorithms,
      issuer: configuration.issuer,
      audience: configuration.audience,
      requiredClaims: ['exp'],
      clockTolerance: configuration.clock_skew_seconds,
      currentDate: new Date(nowMs(this.#clock)),
    }).catch(refuse);
    const fingerprint = issuer.fingerprint();
    return {
      principal: principalOf(verified.payload, tokenName(token), configuration),
      issuedAtMs: (verified.payload.iat ?? 0) * 1000,
      isCurrent: () => issuer.fingerprint() === fingerprint,
    };
  }
}

/** RFC 8725, section 3.11: a token that was made for something else is no access token. */
function isAcceptableType(type: unknown): boolean {
  if (type === undefined) return true;
  return typeof type === 'string' && TYPES.includes(type.toLowerCase().replace(/^application\//, ''));
}

function principalOf(payload: JWTPayload, tokenId: string, issuer: IssuerConfiguration) {
  const { name, claims, clock_skew_seconds } = issuer;
  const subject = claimOf(payload, claims.subject);
  const tenant = claimOf(payload, claims.tenant);
  if (typeof subject !== 'string' || subject.length > MAX_SUBJECT_CHARS || !/^\P{C}+$/u.test(subject)) {
    throw new Problem('credential-invalid', { detail: `The token has no good claim "${claims.subject}".` });
  }
  if (typeof tenant !== 'string' || !TENANT_ID.test(tenant)) {
    throw new Problem('credential-invalid', { detail: `The token names no tenant in its claim "${claims.tenant}".` });
  }
  if (issuer.tenants !== 'any' && !issuer.tenants.includes(tenant)) {
    throw new Problem('credential-invalid', { detail: 'The issuer may not speak for this tenant.' });
  }
  return {
    kind: 'external' as const,
    id: `external:${name}:${subject}`,
    subject,
    tenant,
    roles: rolesOf(textsOf(claimOf(payload, claims.roles)), issuer),
    permissions: textsOf(claimOf(payload, claims.permissions)),
    credential: {
      id: tokenId,
      expiresAtMs: (payload.exp! + clock_skew_seconds) * 1000,
    },
  };
}

/** Our roles for those of a token, as far as the issuer may give them. */
function rolesOf(names: readonly string[], { role_names, allow_roles, tenants }: IssuerConfiguration): string[] {
  const roles = names.map((name) => (Object.hasOwn(role_names, name) ? role_names[name]! : name.toLowerCase()));
  // Of a role that somebody has made it is not known here how far it reaches.
  const staysWithin = (role: string) => builtinRole(role)?.grants.every(({ reach }) => reach === 'own') === true;
  const isAllowed = (role: string) => allow_roles?.includes(role) ?? (tenants === 'any' || staysWithin(role));
  return [...new Set(roles.filter(isAllowed))];
}

/** A claim by its name, or by a JSON pointer. */
function claimOf(payload: JWTPayload, name: string): unknown {
  const path = name.startsWith('/') ? name.slice(1).split('/') : [name];
  let value: unknown = payload;
  for (const part of path.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The values of a claim: an array of texts, or texts with spaces between (RFC 6749, section 3.3). */
function textsOf(claim: unknown): string[] {
  const values: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return values
    .slice(0, MAX_CLAIM_VALUES)
    .filter(
      (value): value is string => typeof value === 'string' && value !== '' && value.length <= MAX_CLAIM_VALUE_CHARS,
    );
}

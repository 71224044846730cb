import type { KeyObject } from 'node:crypto';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Clock } from '../ports/clock.js';
import type { MasterKey } from '../ports/master-key.js';
import type { Registry } from '../ports/registry.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import { AccessTokens } from './access-tokens.js';
import { ApiKeyUses } from './api-key-uses.js';
import { ApiKeys } from './api-keys.js';
import { Authenticator } from './authenticator.js';
import type { BootstrapKey } from './bootstrap-key.js';
import { CredentialDocuments } from './credential-documents.js';
import { CredentialExaminer } from './credential-examiner.js';
import { userPrincipal } from './credential-principals.js';
import { removeTenantCredentials, sweepCredentials } from './credential-sweep.js';
import type { Fetch } from './issuer-keys.js';
import type { IssuerConfiguration } from './issuers.js';
import { JwtVerifier } from './jwt-verifier.js';
import { LoginGuard } from './login-guard.js';
import { type PasswordCost, PasswordHasher } from './password.js';
import { type Pepper, rewrapPepper } from './pepper.js';
import type { Principal } from './principal.js';
import type { RandomBytes } from './random-text.js';
import { Refusals } from './refusals.js';
import { Revocations } from './revocations.js';
import { SessionEnds } from './session-ends.js';
import { Sessions } from './sessions.js';
import { TokenGrants, type TokenGrantsParts } from './token-grants.js';
import { TokenKeys } from './token-keys.js';
import { userKey } from './user-document.js';
import { Users } from './users.js';

export interface CredentialsParts {
  registry: Registry;
  masterKey: MasterKey;
  /** The key of the keyed hashes; see `openPepper`. */
  pepper: Pepper;
  bootstrapKey: BootstrapKey;
  tenants: Pick<TenantDirectory, 'find'>;
  audit: AuditTrail;
  clock: Clock;
  /** Issuers of tokens that are not ours. */
  issuers: readonly IssuerConfiguration[];
  /** Who issues our own tokens: the origin of the deployment. */
  tokenIssuer: string;
  tokenLifetimeMs: number;
  sessionLifetimeMs: number;
  /** How long a key signs tokens before the next one takes its place. */
  tokenKeyLifetimeMs: number;
  /** What is wrong with a filter in the search syntax, in words; undefined if nothing. */
  filterProblem: (text: string) => string | undefined;
  /** Told what goes wrong in the background; never with a secret in it. */
  onTrouble: (part: string, error: Error) => void;
  onLogin?: TokenGrantsParts['onLogin'];
  fetch: Fetch;
  random: RandomBytes;
  passwordCost?: PasswordCost;
  makeTokenKey?: () => Promise<KeyObject>;
}

const SWEEP_EVERY_MS = 3_600_000;

/** Everything about credentials, put together. */
export class Credentials {
  readonly authenticator: Authenticator;
  readonly keys: ApiKeys;
  readonly users: Users;
  readonly grants: TokenGrants;
  readonly ends: SessionEnds;
  readonly tokenKeys: TokenKeys;
  readonly guard: LoginGuard;
  readonly uses: ApiKeyUses;
  readonly #parts: CredentialsParts;
  readonly #documents: CredentialDocuments;

  constructor(parts: CredentialsParts) {
    this.#parts = parts;
    const { registry, masterKey, clock, audit, tenants, filterProblem, onTrouble, pepper, random } = parts;
    const all = new CredentialDocuments(registry, clock, (error) => onTrouble('registry', error as Error));
    this.#documents = all;
    const lifetimeMs = parts.tokenLifetimeMs;
    this.tokenKeys = new TokenKeys({
      ...{ registry, masterKey, clock, audit, documents: all.tokenKeys, tokenLifetimeMs: lifetimeMs },
      ...(parts.makeTokenKey === undefined ? {} : { makeKey: parts.makeTokenKey }),
    });
    const tokens = new AccessTokens({ keys: this.tokenKeys, issuer: parts.tokenIssuer, random, clock, lifetimeMs });
    const foreign = new JwtVerifier({
      ...{ issuers: parts.issuers, fetch: parts.fetch, clock },
      onTrouble: (issuer, error) => onTrouble(`issuer ${issuer}`, error),
    });
    const examiner = new CredentialExaminer({ documents: all, pepper, tokens, foreign, clock });
    this.guard = new LoginGuard({ registry, pepper, clock });
    this.uses = new ApiKeyUses(registry, clock);
    const refusals = new Refusals({ audit, tenants, clock, onFailure: (error) => onTrouble('audit', error as Error) });
    const { guard, uses } = this;
    this.authenticator = new Authenticator({ ...parts, examiner, guard, refusals, uses });
    const passwords = new PasswordHasher({
      ...{ pepper: pepper.bytes, random },
      ...(parts.passwordCost === undefined ? {} : { cost: parts.passwordCost }),
    });
    const common = { registry, pepper, random, clock, audit, filterProblem };
    this.keys = new ApiKeys({ ...common, documents: all.apiKeys });
    this.users = new Users({ ...common, documents: all.users, passwords });
    const sessions = new Sessions({ ...common, documents: all.sessions, lifetimeMs: parts.sessionLifetimeMs });
    const { users, authenticator } = this;
    this.grants = new TokenGrants({
      ...{ users, passwords, sessions, tokens, examiner, authenticator, tenants, guard, refusals, audit, clock },
      ...(parts.onLogin === undefined ? {} : { onLogin: parts.onLogin }),
    });
    const revocations = new Revocations({ registry, documents: all.revocations });
    this.ends = new SessionEnds({ sessions, revocations, authenticator, audit, clock });
  }

  /** Who a user of a tenant is now; undefined when there is none, or a disabled one. @param id `user:ID` */
  async findUser(tenant: string | undefined, id: string): Promise<Principal | undefined> {
    const userId = /^user:([0-9A-Za-z]{1,32})$/.exec(id)?.[1];
    const user = userId && (await this.#documents.users.get(userKey(userId)))?.value;
    if (!user || user.tenant !== (tenant ?? null) || user.disabled_at !== undefined) return undefined;
    return userPrincipal(user, { id });
  }

  /** Ends all keys, users and sessions of a tenant that is deleted, and forgets them. Idempotent. */
  removeTenant(tenant: string): Promise<void> {
    return removeTenantCredentials(this.#parts.registry, tenant);
  }

  /** Hears of changes that other nodes make, and sweeps once an hour, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#documents.run(signal), this.#sweepRegularly(signal)]);
    await Promise.all([this.guard.settled(), this.uses.settled()]);
  }

  /** Removes what ended long ago, rotates the key that signs tokens when it is due, and wraps by the current master key. */
  async sweep(): Promise<void> {
    const { registry, clock, masterKey, pepper, tokenKeyLifetimeMs } = this.#parts;
    await sweepCredentials(registry, clock);
    await rewrapPepper(registry, masterKey, pepper);
    await this.tokenKeys.rotateIfOlder(tokenKeyLifetimeMs);
    await this.tokenKeys.sweep();
  }

  async #sweepRegularly(signal: AbortSignal): Promise<void> {
    const { clock, onTrouble } = this.#parts;
    while (!signal.aborted) {
      await this.sweep().catch((error: Error) => onTrouble('credentials', error));
      await clock.sleep(SWEEP_EVERY_MS, signal);
    }
  }
}

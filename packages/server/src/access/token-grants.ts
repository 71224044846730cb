import type { AuditTrail } from '../audit/audit-trail.js';
import { SYSTEM_TENANT } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { RegistryDocument } from '../ports/registry.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { AccessTokens } from './access-tokens.js';
import type { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import type { CredentialExaminer } from './credential-examiner.js';
import { isRefused } from './examination.js';
import type { LoginGuard } from './login-guard.js';
import type { PasswordHasher } from './password.js';
import type { Principal } from './principal.js';
import { REFRESH_TOKEN } from './refresh-token-text.js';
import type { Refusals } from './refusals.js';
import { readSecret } from './secret-text.js';
import type { OpenSession, Sessions } from './sessions.js';
import { allowsAddress } from './tenant-addresses.js';
import type { TokenGrant } from './token-grant-input.js';
import { nowMs } from './unix-time.js';
import { loginHash, type UserDocument } from './user-document.js';
import type { Users } from './users.js';

export interface TokenGrantsParts {
  users: Users;
  passwords: PasswordHasher;
  sessions: Sessions;
  tokens: AccessTokens;
  examiner: Pick<CredentialExaminer, 'session'>;
  authenticator: Pick<Authenticator, 'authenticate'>;
  tenants: Pick<TenantDirectory, 'find'>;
  guard: LoginGuard;
  refusals: Refusals;
  audit: AuditTrail;
  clock: Clock;
  /** Told who logged in, so that what they may do is worked out before they ask; it must not throw. */
  onLogin?: (tenant: string | null, principalId: string) => void;
}

/** The answer to a grant (RFC 6749, section 5.1). */
export interface GrantedTokens {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
  refresh_expires_in: number;
}

/** Who logs in with a password. */
export interface PasswordLogin {
  tenant?: string | undefined;
  login: string;
  password: string;
}

/** Gives tokens for a password, an API key or a refresh token. */
export class TokenGrants {
  readonly #parts: TokenGrantsParts;

  constructor(parts: TokenGrantsParts) {
    this.#parts = parts;
  }

  /**
   * @throws Problem `login-failed`, `credential-…`, `refresh-token-reused`, `address-refused`, `too-many-attempts`,
   *   `too-many-requests`, `registry-unavailable`
   */
  grant(grant: TokenGrant, caller: Caller): Promise<GrantedTokens> {
    switch (grant.grant_type) {
      case 'password':
        return this.#byPassword(grant, caller);
      case 'api_key':
        return this.#byKey(grant.api_key, caller);
      case 'refresh_token':
        return this.#byRefreshToken(grant.refresh_token, caller);
    }
  }

  /**
   * The user of a login name and a password. Takes as long for an unknown name as for a wrong password, and says no more.
   * @throws Problem `login-failed`, `address-refused`, `too-many-attempts`, `too-many-requests`, `registry-unavailable`
   */
  async requireUser(
    { tenant, login, password }: PasswordLogin,
    caller: Caller,
  ): Promise<RegistryDocument<UserDocument>> {
    const { users, passwords, guard } = this.#parts;
    const user = await users.findByLogin(tenant ?? null, login);
    const account = { name: `${tenant ?? ''} ${loginHash(login)}`, user: user?.value.id };
    const refuse = (reason: string) => this.#refuseLogin(reason, tenant, user?.value.id, caller);
    const attempt = await guard.admitLogin(account, caller.address).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'too-many-attempts') refuse(error.code);
      throw error;
    });
    const matches = await passwords.matches(password, user?.value.password);
    if (!matches || user === undefined || user.value.disabled_at !== undefined) {
      attempt.failed();
      refuse('login-failed');
      throw new Problem('login-failed');
    }
    attempt.succeeded();
    await this.#requireAddress(user.value, caller);
    return user;
  }

  async #byPassword(grant: PasswordLogin, caller: Caller): Promise<GrantedTokens> {
    const { users, sessions } = this.#parts;
    const user = await this.requireUser(grant, caller);
    void users.renewHash(user, grant.password);
    const { id, tenant, session_epoch: epoch } = user.value;
    this.#parts.onLogin?.(tenant, `user:${id}`);
    return this.#answer(await sessions.begin({ principal: `user:${id}`, tenant, epoch }), caller, 'password');
  }

  async #byKey(key: string, caller: Caller): Promise<GrantedTokens> {
    const principal = await this.#parts.authenticator.authenticate(key, caller.address);
    // A token is no key: it would go on without end.
    const isKey = principal.kind === 'api-key' && principal.credential.family === undefined;
    if (!isKey) throw new Problem('credential-invalid', { detail: 'It is no API key.' });
    const holder = { principal: principal.id, tenant: principal.tenant ?? null, epoch: 0 };
    return this.#answer(await this.#parts.sessions.begin(holder), caller, 'api_key');
  }

  async #byRefreshToken(text: string, caller: Caller): Promise<GrantedTokens> {
    const { guard } = this.#parts;
    guard.admitCredential(caller.address);
    const rotation = await this.#rotate(text, caller).catch((error: unknown) => {
      if (error instanceof Problem && error.status < 500) this.#refuseToken(error.code, text, caller);
      throw error;
    });
    if (rotation !== undefined) return this.#answer(rotation, caller, undefined);
    guard.credentialFailed(caller.address);
    this.#refuseToken('credential-invalid', text, caller);
    throw new Problem('credential-invalid');
  }

  /** The next token, after a look at whom it is for: whoever may not have the next one keeps this one. */
  async #rotate(text: string, caller: Caller): Promise<OpenSession | undefined> {
    const { sessions } = this.#parts;
    const found = await sessions.check(text);
    if (found === undefined) return undefined;
    await this.#principalOf(found.value, caller);
    return sessions.rotate(text);
  }

  /** @param how what began the session; undefined: it goes on, which is not recorded again */
  async #answer({ session, refreshToken }: OpenSession, caller: Caller, how: string | undefined) {
    const { tokens, clock, audit } = this.#parts;
    const principal = await this.#principalOf(session, caller);
    const { tenant, roles, permissions } = principal;
    const content = { principal: session.principal, session: session.id, tenant, roles, permissions };
    const { token, expiresAtMs } = await tokens.sign(content);
    if (how !== undefined) {
      const act = { action: 'session.create', operation: 'create', outcome: 'success', principal } as const;
      const targets = [{ type: 'session', id: session.id }];
      await from(
        'journal',
        audit.record({ ...act, ...caller, tenant: tenant ?? SYSTEM_TENANT, targets, metadata: { how } }),
      );
    }
    const now = nowMs(clock);
    return {
      access_token: token,
      token_type: 'Bearer' as const,
      expires_in: Math.floor((expiresAtMs - now) / 1000),
      refresh_token: refreshToken,
      refresh_expires_in: Math.floor((Date.parse(session.expires_at) - now) / 1000),
    };
  }

  /** Whom a session speaks for, if it may go on from there. */
  async #principalOf(session: OpenSession['session'], { address }: Caller): Promise<Principal> {
    const examination = await this.#parts.examiner.session(session, { id: session.id, family: session.id });
    if (isRefused(examination)) throw examination.problem;
    const { principal, addresses } = examination;
    const tenant = principal.tenant === undefined ? undefined : await this.#parts.tenants.find(principal.tenant);
    const isAllowed = addresses?.contains(address) !== false && allowsAddress(tenant, address);
    if (!isAllowed) throw new Problem('address-refused');
    return principal;
  }

  async #requireAddress({ tenant, id }: UserDocument, caller: Caller): Promise<void> {
    if (tenant === null || allowsAddress(await this.#parts.tenants.find(tenant), caller.address)) return;
    this.#refuseLogin('address-refused', tenant, id, caller);
    throw new Problem('address-refused');
  }

  /** The login name is not recorded where there is no such user: people type passwords into the wrong field. */
  #refuseLogin(reason: string, tenant: string | undefined, user: string | undefined, caller: Caller): void {
    const targets = user === undefined ? {} : { targets: [{ type: 'user', id: user }] };
    this.#parts.refusals.record({ action: 'login.refuse', reason, tenant, ...targets, ...caller });
  }

  #refuseToken(reason: string, text: string, caller: Caller): void {
    const action = reason === 'refresh-token-reused' ? 'session.reuse' : 'credential.refuse';
    const session = readSecret(REFRESH_TOKEN, text)?.id;
    const targets = session === undefined ? {} : { targets: [{ type: 'session', id: session }] };
    this.#parts.refusals.record({ action, reason, ...targets, ...caller });
  }
}

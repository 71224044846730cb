import { type AuditTrail, SYSTEM_TENANT } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { recordAct } from './audited-act.js';
import type { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import type { Administrator } from './delegation.js';
import type { Principal } from './principal.js';
import { REFRESH_TOKEN } from './refresh-token-text.js';
import type { Revocations } from './revocations.js';
import type { Sessions } from './sessions.js';
import { nowMs } from './unix-time.js';

export interface SessionEndsParts {
  sessions: Sessions;
  revocations: Revocations;
  authenticator: Pick<Authenticator, 'authenticate'>;
  audit: AuditTrail;
  clock: Clock;
}

/** Ends what tokens give, before their time. */
export class SessionEnds {
  readonly #parts: SessionEndsParts;

  constructor(parts: SessionEndsParts) {
    this.#parts = parts;
  }

  /**
   * Ends what a token gives whoever has it: its whole session for one of ours, the token alone for one of another issuer.
   * @throws Problem `token-not-revocable` for an API key or the bootstrap key, `credential-…` for a token that is good
   *   for nothing already, `registry-unavailable`
   */
  async byToken(token: string, caller: Caller): Promise<void> {
    const { sessions, authenticator, revocations } = this.#parts;
    if (token.startsWith(`${REFRESH_TOKEN.prefix}_`)) {
      const found = await sessions.check(token);
      if (found === undefined) throw new Problem('credential-invalid');
      return this.#endSession(found.value.id, found.value.tenant, undefined, caller);
    }
    const principal = await authenticator.authenticate(token, caller.address);
    const { family, expiresAtMs, id } = principal.credential;
    if (family !== undefined) return this.#endSession(family, principal.tenant ?? null, principal, caller);
    if (principal.kind !== 'external' || expiresAtMs === undefined) throw new Problem('token-not-revocable');
    await revocations.revokeToken(token, expiresAtMs);
    await this.#record('token.revoke', principal.tenant ?? null, principal, { type: 'token', id }, caller);
  }

  /** As {@link byToken}, but a token that is good for nothing already is no failure (RFC 7009, section 2.2). */
  async byTokenIfGood(token: string, caller: Caller): Promise<void> {
    try {
      await this.byToken(token, caller);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
    }
  }

  /** Ends all tokens of a principal of another issuer that were issued so far. Fails with `registry-unavailable`. */
  async ofPrincipal(tenant: string, principal: string, by: Administrator): Promise<void> {
    const { revocations, clock, audit } = this.#parts;
    await revocations.revokePrincipal(tenant, principal, nowMs(clock));
    const targets = [{ type: 'principal', id: principal }];
    await recordAct(audit, by, { tenant, action: 'session.revoke', operation: 'delete', targets });
  }

  async #endSession(
    id: string,
    tenant: string | null,
    principal: Principal | undefined,
    caller: Caller,
  ): Promise<void> {
    await this.#parts.sessions.end(id, 'logout');
    await this.#record('session.end', tenant, principal, { type: 'session', id }, caller);
  }

  #record(
    action: string,
    tenant: string | null,
    principal: Principal | undefined,
    target: { type: string; id: string },
    caller: Caller,
  ): Promise<void> {
    const act = { operation: 'delete', outcome: 'success', targets: [target] } as const;
    const where = tenant ?? SYSTEM_TENANT;
    return from('journal', this.#parts.audit.record({ ...act, ...caller, tenant: where, action, principal }));
  }
}

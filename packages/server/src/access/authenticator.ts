import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { ApiKeyUses } from './api-key-uses.js';
import type { BootstrapKey } from './bootstrap-key.js';
import { stands } from './credential-documents.js';
import type { CredentialExaminer } from './credential-examiner.js';
import { type Accepted, isRefused, type Refused } from './examination.js';
import type { LoginGuard } from './login-guard.js';
import type { Principal } from './principal.js';
import type { Refusals } from './refusals.js';
import { allowsAddress } from './tenant-addresses.js';
import { nowMs } from './unix-time.js';
import { MAX_TOKEN_CHARS } from './unverified-jwt.js';

export interface AuthenticatorParts {
  bootstrapKey: BootstrapKey;
  examiner: Pick<CredentialExaminer, 'examine'>;
  tenants: Pick<TenantDirectory, 'find'>;
  guard: Pick<LoginGuard, 'admitCredential' | 'credentialFailed'>;
  refusals: Pick<Refusals, 'record'>;
  uses: Pick<ApiKeyUses, 'note'>;
  clock: Clock;
}

const MAX_REMEMBERED = 20_000;
/** How often the wall clock is looked at for a credential that is used all the time. */
const LOOK_AGAIN_MS = 1000;

/** A credential that is remembered. */
interface Known extends Accepted {
  /** By the monotonic clock, which is the cheaper one: until then it has not ended. */
  lookAgainAtMs: number;
}

const BOOTSTRAP: Principal = {
  kind: 'bootstrap',
  id: 'bootstrap',
  subject: 'bootstrap',
  tenant: undefined,
  roles: ['system_admin'],
  permissions: [],
  credential: { id: 'bootstrap' },
};

/**
 * Says whom a credential speaks for. What was found is remembered by the credential's hash, and used for as long as the
 * documents that it rests on are as they were: a revocation counts from the moment in which the registry's watch tells
 * it, and while there is no watch, every request asks the registry.
 *
 * The same principal object is given out for as long as nothing changes.
 */
export class Authenticator {
  readonly #parts: AuthenticatorParts;
  /** By SHA-256 of the credential: the memory of a process is no place for the credentials of others either. */
  readonly #known = new LRUCache<string, Known>({ max: MAX_REMEMBERED });
  readonly #examining = new Map<string, Promise<Principal>>();

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /**
   * At once where it is remembered.
   * @param address the client's, as far as it can be trusted
   * @throws Problem `credential-invalid`, `credential-expired`, `credential-revoked`, `address-refused`,
   *   `too-many-attempts`, `registry-unavailable`, `issuer-unavailable`
   */
  authenticate(credential: string, address: string): Principal | Promise<Principal> {
    if (credential.length > MAX_TOKEN_CHARS) {
      throw new Problem('credential-invalid', { detail: `It is longer than ${MAX_TOKEN_CHARS} characters.` });
    }
    const name = hash('sha256', credential, 'base64url');
    const known = this.#known.get(name);
    if (known !== undefined && this.#stands(known) && this.#allows(known, address) === true) return this.#use(known);
    // Requests with the same credential that come at once cause one examination.
    const id = `${name} ${address}`;
    const examining = this.#examining.get(id) ?? this.#examine(credential, name, address, known !== undefined);
    this.#examining.set(id, examining);
    return examining.finally(() => this.#examining.delete(id));
  }

  #use(known: Accepted): Principal {
    if (known.keyId !== undefined) this.#parts.uses.note(known.keyId);
    return known.principal;
  }

  #stands(known: Known): boolean {
    if (this.#hasEnded(known)) return false;
    for (const dependency of known.dependencies) if (!stands(dependency)) return false;
    return known.isCurrent === undefined || known.isCurrent();
  }

  #hasEnded(known: Known): boolean {
    const monotonicMs = this.#parts.clock.monotonicMs();
    if (monotonicMs < known.lookAgainAtMs) return false;
    const leftMs = known.expiresAtMs - nowMs(this.#parts.clock);
    known.lookAgainAtMs = monotonicMs + Math.min(leftMs, LOOK_AGAIN_MS);
    return leftMs <= 0;
  }

  /** Whether it may be used from there: by its own list, and by its tenant's. */
  #allows({ principal, addresses }: Accepted, address: string): boolean | Promise<boolean> {
    if (addresses !== undefined && !addresses.contains(address)) return false;
    if (principal.tenant === undefined) return true;
    const tenant = this.#parts.tenants.find(principal.tenant);
    if (tenant instanceof Promise) return tenant.then((found) => allowsAddress(found, address));
    return allowsAddress(tenant, address);
  }

  /** @param wasGood it was good once: then it is no guess, and nobody who guesses beside it keeps it out */
  async #examine(credential: string, name: string, address: string, wasGood: boolean): Promise<Principal> {
    const { bootstrapKey, guard, examiner } = this.#parts;
    // Whoever has it gets in whatever happens: it is what everything is mended with.
    if (bootstrapKey.matches(credential)) {
      return this.#remember(name, { principal: BOOTSTRAP, dependencies: [], expiresAtMs: Infinity });
    }
    if (!wasGood) guard.admitCredential(address);
    const examination = await examiner.examine(credential);
    if (isRefused(examination)) throw this.#refuse(examination, address);
    if (!(await this.#allows(examination, address))) {
      const { principal, keyId } = examination;
      const problem = new Problem('address-refused');
      const tenant = principal.tenant ?? null;
      throw this.#refuse({ problem, isAuthentic: true, tenant, ...(keyId === undefined ? {} : { keyId }) }, address);
    }
    this.#remember(name, examination);
    return this.#use(examination);
  }

  #remember(name: string, accepted: Accepted): Principal {
    this.#known.set(name, { ...accepted, lookAgainAtMs: Number.NEGATIVE_INFINITY });
    return accepted.principal;
  }

  #refuse({ problem, isAuthentic = false, tenant, keyId }: Refused, address: string): Problem {
    const { guard, refusals } = this.#parts;
    // What was good once is no guess: whoever forgot to change a key does not keep those beside them out.
    if (!isAuthentic) guard.credentialFailed(address);
    refusals.record({
      action: 'credential.refuse',
      reason: problem.code,
      address,
      tenant,
      ...(keyId === undefined ? {} : { targets: [{ type: 'api_key', id: keyId }] }),
    });
    return problem;
  }
}

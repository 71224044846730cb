import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.js';
import type { Authorization } from './authorization.js';
import type { Authorizer, RestingAuthorization, RoleAuthorizer, RoleGrants } from './authorizer.js';
import { type Grant, modulePermissions } from './grants.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { type RoleScope, roleKey } from './role-document.js';

export const USER_TTL_MS = 15 * 60_000;
export const ROLE_TTL_MS = 60 * 60_000;

export interface PermissionCacheParts {
  authorizer: Pick<RoleAuthorizer, 'authorize' | 'grantsOf'>;
  clock: Pick<Clock, 'monotonicMs'>;
  /** Whether changes of roles are heard of now. While they are not, nothing is remembered. */
  isFresh: () => boolean;
  /** The principal that a user of a tenant is now; undefined when there is none. */
  findUser: (tenant: string, userId: string) => Promise<Principal | undefined>;
  /** The names of the roles of a tenant's own. */
  roleNames: (tenant: string) => Promise<readonly string[]>;
  /** Bound on each of: principals, permissions of a user in a module, permissions of a role in a module. */
  maxEntries: number;
}

export interface PermissionCacheCounts {
  hits: number;
  misses: number;
  entries: number;
}

/** Something remembered: until when, what it rests on, and whether that still stands. */
interface Entry<T> {
  value: T;
  tenant: string | undefined;
  /** The principal's or the user's id; undefined for what belongs to a role. */
  holder: string | undefined;
  keys: ReadonlySet<string>;
  expiresAtMs: number;
  valid: boolean;
}

/**
 * What principals may do, remembered in front of the registry: 15 minutes for a user, an hour for a role, each at most
 * until something that it rests on changes. Whoever hears of a change of a role, on this node or another, calls
 * {@link invalidateRoleKey}; while changes are not heard of, nothing is remembered.
 *
 * Permissions by module are asked for by name: a module is a source service or a category of events. A user is named by
 * the id of its principal.
 */
export class PermissionCache implements Authorizer {
  readonly #parts: PermissionCacheParts;
  /** By the principal object itself: an authenticator gives out the same one for as long as its credential stands. */
  readonly #byObject = new WeakMap<Principal, Entry<Authorization>>();
  readonly #authorizations: LRUCache<string, Entry<Authorization>>;
  readonly #ofUsers: LRUCache<string, Entry<readonly Permission[]>>;
  readonly #ofRoles: LRUCache<string, Entry<readonly Permission[]>>;
  /** Grows with every invalidation: what was begun before one is not remembered after it. */
  #changes = 0;
  #hits = 0;
  #misses = 0;

  constructor(parts: PermissionCacheParts) {
    this.#parts = parts;
    // However an entry goes, who holds it otherwise must not use it any more: no invalidation would find it.
    const dispose = (entry: Entry<unknown>) => {
      entry.valid = false;
    };
    this.#authorizations = new LRUCache<string, Entry<Authorization>>({ max: parts.maxEntries, dispose });
    this.#ofUsers = new LRUCache<string, Entry<readonly Permission[]>>({ max: parts.maxEntries, dispose });
    this.#ofRoles = new LRUCache<string, Entry<readonly Permission[]>>({ max: parts.maxEntries, dispose });
  }

  get counts(): PermissionCacheCounts {
    const entries = this.#authorizations.size + this.#ofUsers.size + this.#ofRoles.size;
    return { hits: this.#hits, misses: this.#misses, entries };
  }

  authorize(principal: Principal): Authorization | Promise<Authorization> {
    const known = this.#byObject.get(principal);
    if (known !== undefined && this.#holds(known)) return this.#hit(known);
    const name = nameOf(principal);
    const same = this.#authorizations.get(name);
    if (same !== undefined && this.#holds(same)) {
      this.#byObject.set(principal, same);
      return this.#hit(same);
    }
    this.#misses += 1;
    const before = this.#begin();
    const keep = ({ authorization, keys }: RestingAuthorization) => {
      const entry = this.#entry(authorization, principal.tenant, principal.id, keys, USER_TTL_MS);
      if (this.#remember(this.#authorizations, name, entry, before)) this.#byObject.set(principal, entry);
      return authorization;
    };
    const made = this.#parts.authorizer.authorize(principal);
    return made instanceof Promise ? made.then(keep) : keep(made);
  }

  /**
   * The permissions that a user has in a module, remembered or worked out from the registry. Who the user is now is
   * looked at each time, so that what is remembered never outlives a change of the user.
   */
  async getUserPermissions(tenantId: string, userId: string, moduleCode: string): Promise<readonly Permission[]> {
    const before = this.#begin();
    const principal = await this.#parts.findUser(tenantId, userId);
    if (principal === undefined) return [];
    const name = entryName(tenantId, nameOf(principal), moduleCode);
    const known = this.#ofUsers.get(name);
    if (known !== undefined && this.#holds(known)) return this.#hit(known);
    this.#misses += 1;
    const { authorization, keys } = await this.#parts.authorizer.authorize(principal);
    const permissions = modulePermissions(held(authorization, tenantId), moduleCode);
    this.#remember(this.#ofUsers, name, this.#entry(permissions, tenantId, userId, keys, USER_TTL_MS), before);
    return permissions;
  }

  /** Remembers what somebody else has worked out, until the user or any role changes. */
  async cacheUserPermissions(
    tenantId: string,
    userId: string,
    moduleCode: string,
    permissions: readonly Permission[],
  ): Promise<void> {
    const before = this.#begin();
    const principal = await this.#parts.findUser(tenantId, userId);
    if (principal === undefined) return;
    const entry = this.#entry([...permissions], tenantId, userId, ANY_ROLE, USER_TTL_MS);
    this.#remember(this.#ofUsers, entryName(tenantId, nameOf(principal), moduleCode), entry, before);
  }

  /** The permissions that a role gives in a module, remembered or worked out from the registry. */
  async getRolePermissions(scope: RoleScope, role: string, moduleCode: string): Promise<readonly Permission[]> {
    const name = entryName(scope ?? '', role, moduleCode);
    const known = this.#ofRoles.get(name);
    if (known !== undefined && this.#holds(known)) return this.#hit(known);
    this.#misses += 1;
    const before = this.#begin();
    const { grants, keys }: RoleGrants = await this.#parts.authorizer.grantsOf([role], scope);
    const permissions = modulePermissions(grants, moduleCode);
    this.#remember(this.#ofRoles, name, this.#entry(permissions, scope, undefined, keys, ROLE_TTL_MS), before);
    return permissions;
  }

  /** Forgets what a user may do, as after a change of the user's roles. */
  invalidateUserCache(tenantId: string | undefined, userId: string): void {
    this.#forget((entry) => entry.holder === userId && entry.tenant === tenantId);
  }

  /** Forgets what rests on a role of a tenant, or of the deployment. */
  invalidateRoleCache(tenantId: RoleScope, role: string): void {
    this.invalidateRoleKey(roleKey(tenantId, role));
  }

  /** Forgets what rests on the document of a role, or without a key, everything. */
  invalidateRoleKey(key: string | undefined): void {
    this.#forget(({ keys }) => key === undefined || keys === ANY_ROLE || keys.has(key));
  }

  /** Works out what these users may do, so that their next requests find it: called when they log in. */
  async warmUpCache(tenantId: string, userIds: readonly string[]): Promise<void> {
    await inTurns(userIds, async (userId) => {
      const principal = await this.#parts.findUser(tenantId, userId);
      if (principal !== undefined) await this.authorize(principal);
    });
  }

  /** Works out what each role that a tenant can give gives in a module, and remembers it. By the role's name. */
  async preloadModulePermissions(
    tenantId: string,
    moduleCode: string,
  ): Promise<ReadonlyMap<string, readonly Permission[]>> {
    const names = await this.#parts.roleNames(tenantId);
    const given = new Map<string, readonly Permission[]>();
    await inTurns(names, async (name) => {
      given.set(name, await this.getRolePermissions(tenantId, name, moduleCode));
    });
    return new Map([...given].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #hit<T>(entry: Entry<T>): T {
    this.#hits += 1;
    return entry.value;
  }

  #holds(entry: Entry<unknown>): boolean {
    return entry.valid && this.#parts.clock.monotonicMs() < entry.expiresAtMs && this.#parts.isFresh();
  }

  #entry<T>(
    value: T,
    tenant: string | undefined,
    holder: string | undefined,
    keys: ReadonlySet<string>,
    ttlMs: number,
  ): Entry<T> {
    return { value, tenant, holder, keys, expiresAtMs: this.#parts.clock.monotonicMs() + ttlMs, valid: true };
  }

  /** Names the moment at which something begins to be worked out; what was begun unheard of changes is never kept. */
  #begin(): number {
    return this.#parts.isFresh() ? this.#changes : NEVER;
  }

  /** False when it may be stale already, or takes too much memory. */
  #remember<T>(cache: LRUCache<string, Entry<T>>, name: string, entry: Entry<T>, changesBefore: number): boolean {
    const isStale = changesBefore !== this.#changes || !this.#parts.isFresh();
    if (isStale || name.length > MAX_NAME_CHARS) return false;
    cache.set(name, entry);
    return true;
  }

  #forget(isConcerned: (entry: Entry<unknown>) => boolean): void {
    this.#changes += 1;
    const forgetIn = <T>(cache: LRUCache<string, Entry<T>>) => {
      for (const [name, entry] of cache.entries()) if (isConcerned(entry)) cache.delete(name);
    };
    forgetIn(this.#authorizations);
    forgetIn(this.#ofUsers);
    forgetIn(this.#ofRoles);
  }
}

/** Of something that was worked out elsewhere: it rests on roles that are not known. */
const ANY_ROLE: ReadonlySet<string> = new Set<string>();

const NEVER = -1;
const MAX_AT_ONCE = 16;
/** A principal with more to it than this is worked out anew each time. */
const MAX_NAME_CHARS = 4096;

/** The grants that hold in a tenant. */
function held({ grants, principal }: Authorization, tenant: string): Grant[] {
  return grants.filter(({ reach }) => reach === 'all' || principal.tenant === tenant);
}

/** Everything that decides what a principal may do, so that two with the same name may do the same. */
function nameOf({ id, subject, tenant = '', roles, permissions, filter = '', kind }: Principal): string {
  return JSON.stringify([id, kind, subject, tenant, roles, permissions, filter]);
}

function entryName(tenant: string, holder: string, moduleCode: string): string {
  return JSON.stringify([tenant, holder, moduleCode]);
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += MAX_AT_ONCE) {
    await Promise.all(items.slice(start, start + MAX_AT_ONCE).map(work));
  }
}

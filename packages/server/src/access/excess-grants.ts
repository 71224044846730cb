import type { Authorization } from './authorization.js';
import type { RoleAuthorizer } from './authorizer.js';
import { CONDITIONAL, type Conditions, directGrants, type Grant } from './grants.js';
import type { Permission } from './permissions.js';
import type { RoleScope } from './role-document.js';

/** What somebody is to get: a new key, a user, or whoever will hold a role. */
export interface Gift {
  grants: readonly Grant[];
  /** Tenant that the receiver belongs to; undefined: the deployment. */
  tenant: string | undefined;
  /** Whether the receiver gets the giver's own filter too, so that it reads nothing which that one does not find. */
  carriesFilter: boolean;
}

/** The first of the grants that is more than the giver has. */
export interface Excess {
  permission: Permission;
  /** For which tenant; undefined: for all, or for the deployment. */
  tenant: string | undefined;
}

/**
 * Nobody gives more than they have: finds what goes beyond it.
 *
 * What a filter finds is not compared with what another one finds: a condition is narrower only where that can be seen,
 * by having fewer values, the same text, or where the giver has none. "My own events" are other events for somebody
 * else, so whoever may read only those cannot give that on.
 */
export function excessOf(giver: Authorization, gift: Gift): Excess | undefined {
  for (const { permission, reach, conditions } of gift.grants) {
    // A grant for the own tenant of somebody who has none gives nothing.
    if (reach === 'own' && gift.tenant === undefined) continue;
    const tenant = reach === 'all' ? undefined : gift.tenant;
    if (!has(giver, permission, tenant, conditions, gift.carriesFilter)) return { permission, tenant };
  }
  return undefined;
}

/** Whether somebody may give these permissions and roles to a principal of a tenant, or of the deployment. */
export class Delegations {
  readonly #authorizer: Pick<RoleAuthorizer, 'grantsOf'>;

  constructor(authorizer: Pick<RoleAuthorizer, 'grantsOf'>) {
    this.#authorizer = authorizer;
  }

  /**
   * False also for roles that do not exist: they could come to be more than the giver has. That the receiver gets the
   * giver's own filter is left to the caller. Fails with `registry-unavailable`.
   */
  async mayGive(
    giver: Authorization,
    { permissions, roles, tenant }: { permissions: readonly string[]; roles: readonly string[]; tenant: RoleScope },
  ): Promise<boolean> {
    const { grants, unknown } = await this.#authorizer.grantsOf(roles, tenant);
    if (unknown.length > 0) return false;
    const direct = directGrants(permissions, tenant === undefined ? 'all' : 'own');
    return excessOf(giver, { grants: [...grants, ...direct], tenant, carriesFilter: true }) === undefined;
  }
}

function has(
  giver: Authorization,
  permission: Permission,
  tenant: string | undefined,
  conditions: Conditions = {},
  carriesFilter: boolean,
): boolean {
  if (!giver.can(permission, tenant)) return false;
  if (!CONDITIONAL.has(permission)) return true;
  const { filter, tenant: home } = giver.principal;
  if (filter !== undefined && (dependsOnHolder(filter) || !(carriesFilter || conditions.filter === filter)))
    return false;
  return giver.grants.some(
    (grant) =>
      grant.permission === permission &&
      (grant.reach === 'all' || (tenant !== undefined && tenant === home)) &&
      isNarrower(conditions, grant.conditions ?? {}),
  );
}

/** Whether whatever the first conditions let through, the second ones do too. */
function isNarrower(conditions: Conditions, than: Conditions): boolean {
  if (than.own) return false;
  if (than.filter !== undefined && (than.filter !== conditions.filter || dependsOnHolder(than.filter))) return false;
  return isSubset(conditions.modules, than.modules) && isSubset(conditions.resources, than.resources);
}

function isSubset(values: readonly string[] | undefined, of: readonly string[] | undefined): boolean {
  if (of === undefined) return true;
  return values?.every((value) => of.includes(value)) ?? false;
}

/** Whether a filter finds other events for somebody else. */
function dependsOnHolder(filter: string): boolean {
  return filter.includes('@me');
}

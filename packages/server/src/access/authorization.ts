import { allOf, anyOf, type Filter } from '@attestlog/event';
import { CONDITIONAL, filterOf, type Grant, type Reach, WHOLE } from './grants.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { readFilter } from './read-filter.js';

const EVERYTHING: Filter = { op: 'always' };
const NOTHING: Filter = { op: 'never' };

/** Which events: every one, none, or those that a filter finds. */
export type Extent = 'all' | 'none' | { filter: Filter };

/** What a reader with an extent is held to; undefined: nothing. */
export function grantOfExtent(extent: Extent): Filter | undefined {
  if (extent === 'all') return undefined;
  return extent === 'none' ? NOTHING : extent.filter;
}

/** What a principal may do: made once from its grants, then asked on each request. Immutable. */
export class Authorization {
  readonly principal: Principal;
  readonly grants: readonly Grant[];
  /** Of the principal's own tenant, and of any other tenant and the deployment. */
  readonly #own: ReadonlyMap<Permission, Extent>;
  readonly #others: ReadonlyMap<Permission, Extent>;

  constructor(principal: Principal, grants: readonly Grant[]) {
    this.principal = principal;
    this.grants = grants;
    this.#own = extentsOf(principal, grants, ['own', 'all']);
    this.#others = extentsOf(principal, grants, ['all']);
  }

  /**
   * Whether the permission is given for the tenant, for some events at least; without a tenant, for the deployment.
   * The answer does not depend on whether there is such a tenant.
   */
  can(permission: Permission, tenant: string | undefined): boolean {
    return this.#of(tenant).has(permission);
  }

  /** For which events of the tenant the permission is given. */
  extentOf(permission: Permission, tenant: string | undefined): Extent {
    return this.#of(tenant).get(permission) ?? 'none';
  }

  #of(tenant: string | undefined): ReadonlyMap<Permission, Extent> {
    return tenant !== undefined && tenant === this.principal.tenant ? this.#own : this.#others;
  }
}

/** For each permission that the grants of these reaches give: for which events. */
function extentsOf(principal: Principal, grants: readonly Grant[], reaches: readonly Reach[]): Map<Permission, Extent> {
  const given = new Map<Permission, Filter>();
  for (const { permission, reach, conditions } of grants) {
    if (!reaches.includes(reach)) continue;
    const filter = conditions === undefined ? EVERYTHING : filterOf(conditions, principal.subject);
    if (filter !== undefined) given.set(permission, anyOf(given.get(permission) ?? NOTHING, filter));
  }
  const own = ownFilter(principal);
  const extents = new Map<Permission, Extent>();
  for (const [permission, filter] of given) {
    const extent = extentOf(narrowed(permission, filter, own));
    if (extent !== 'none') extents.set(permission, extent);
  }
  return extents;
}

/** The filter that a principal itself has; one that cannot be read finds nothing. */
function ownFilter({ filter, subject }: Principal): Filter | undefined {
  if (filter === undefined) return undefined;
  const read = readFilter(filter, subject);
  return read.ok ? read.filter : NOTHING;
}

function narrowed(permission: Permission, filter: Filter, own: Filter | undefined): Filter {
  if (own === undefined) return filter;
  if (WHOLE.has(permission)) return NOTHING;
  return CONDITIONAL.has(permission) ? allOf(filter, own) : filter;
}

function extentOf(filter: Filter): Extent {
  if (filter.op === 'always') return 'all';
  return filter.op === 'never' ? 'none' : { filter };
}

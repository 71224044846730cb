import { Problem } from '../errors.js';
import type { Principal } from './principal.js';

/**
 * Somebody who changes credentials: whoever makes a key or a user can hand on what they have, and no more.
 */
export interface Administrator {
  principal: Principal;
  /** The client's address, for the audit trail. */
  address: string;
  requestId?: string;
  /**
   * Whether the principal holds all of these itself, as widely: for every event, and for the tenant; without a tenant,
   * for the deployment and all tenants. False for roles that do not exist.
   */
  mayDelegate(
    permissions: readonly string[],
    roles: readonly string[],
    tenant: string | undefined,
  ): boolean | Promise<boolean>;
}

/** What a credential gives, and to whom. */
export interface Scope {
  tenant: string | undefined;
  permissions: readonly string[];
  roles: readonly string[];
  filter?: string | undefined;
}

/**
 * Narrows a filter to what the administrator's own filter lets through: both must hold.
 * @returns undefined where neither has one
 */
export function narrowedFilter(own: string | undefined, wanted: string | undefined): string | undefined {
  if (own === undefined || own === wanted) return wanted;
  return wanted === undefined || wanted === '' ? own : `(${own}) (${wanted})`;
}

/**
 * The filter of a credential that the administrator makes: what is wanted, narrowed to the administrator's own.
 * @param problemOf what is wrong with a filter, in words; undefined if nothing
 * @throws Problem `filter-invalid`; what is wanted must be a filter by itself, so that it cannot close the parentheses
 */
export function filterFor(
  { principal }: Administrator,
  wanted: string | undefined,
  problemOf: (text: string) => string | undefined,
): string | undefined {
  const filter = narrowedFilter(principal.filter, wanted);
  for (const text of [wanted, filter]) {
    const problem = text === undefined ? undefined : problemOf(text);
    if (problem !== undefined) throw new Problem('filter-invalid', { detail: problem });
  }
  return filter;
}

/** True when a filter is one that {@link narrowedFilter} made for this administrator's own, or is that itself. */
export function isNarrowed(own: string | undefined, filter: string | undefined): boolean {
  return own === undefined || filter === own || filter?.startsWith(`(${own}) (`) === true;
}

/** True when the administrator may hold, and so see or replace, the secret of a credential with this scope. */
export async function mayHold(by: Administrator, { tenant, permissions, roles, filter }: Scope): Promise<boolean> {
  // Whoever belongs to a tenant makes no credential that belongs to none.
  if (tenant === undefined && by.principal.tenant !== undefined) return false;
  return isNarrowed(by.principal.filter, filter) && (await by.mayDelegate(permissions, roles, tenant));
}

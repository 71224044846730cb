import type { Permission } from '../../access/permissions.js';

/** A route for those who have a permission. */
export interface GuardedAccess {
  permission: Permission;
  /** For the tenant that the request is about, or for the deployment as a whole. */
  of: 'tenant' | 'deployment';
  /** Parameter of the path that names the tenant, in the place of the header `X-Tenant-Id`. */
  tenantParameter?: string;
  /** Open to everybody where the deployment shows its logs to the public. */
  unlessPublicLog?: true;
}

/** Who may call a route: everybody, or those who have a permission. Nothing else: a route without it does not start. */
export type Access = 'open' | GuardedAccess;

/** The access of a route in a deployment. */
export function accessIn(access: Access, { publicLog }: { publicLog: boolean }): Access {
  return access !== 'open' && access.unlessPublicLog === true && publicLog ? 'open' : access;
}

/** What the API's description says of who may call a route: OpenAPI's `security`, and our `x-permission`. */
export function describeAccess(access: Access): Record<string, unknown> {
  if (access === 'open') return { security: [] };
  const { permission, of, unlessPublicLog } = access;
  return {
    // An empty requirement beside the other one makes the credential optional (OpenAPI 3.1, section 4.8.30).
    security: unlessPublicLog ? [{}, { key: [] }] : [{ key: [] }],
    'x-permission': permission,
    'x-permission-of': of,
  };
}

/**
 * The access of a route, checked: one whose path names a tenant must say so, or the tenant of the header would be looked
 * at in its place.
 * @throws Error where the route does not say who may call it, or of which tenant
 */
export function requireAccess(method: string | string[], url: string, access: Access | undefined): Access {
  if (access === undefined) throw new Error(`The route ${method} ${url} does not say who may call it`);
  if (access === 'open') return access;
  const [, named] = /^\/api\/v1\/tenants\/:(\w+)/.exec(url) ?? /\/:(tenant)(?:\/|$)/.exec(url) ?? [];
  if (access.of === 'tenant' && access.tenantParameter !== named) {
    throw new Error(`The route ${method} ${url} does not say that its path names the tenant, or wrongly so`);
  }
  return access;
}

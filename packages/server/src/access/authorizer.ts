import type { WatchedDocuments } from '../documents/watched-documents.js';
import { from } from '../failures.js';
import type { RegistryDocument } from '../ports/registry.js';
import { Authorization } from './authorization.js';
import { directGrants, type Grant } from './grants.js';
import type { Principal } from './principal.js';
import type { RoleDocument, RoleScope } from './role-document.js';
import { resolveRoles } from './role-graph.js';

/** Turns who somebody is into what they may do. */
export interface Authorizer {
  /** At once where everything is remembered. Fails with `registry-unavailable`. */
  authorize(principal: Principal): Authorization | Promise<Authorization>;
}

/** An authorization, and the role documents that it rests on, those that are absent included. */
export interface RestingAuthorization {
  authorization: Authorization;
  keys: ReadonlySet<string>;
}

/** The grants that some roles give in a scope. */
export interface RoleGrants {
  grants: Grant[];
  keys: ReadonlySet<string>;
  /** Names without a role. */
  unknown: readonly string[];
}

/** Makes authorizations from the documents of roles. */
export class RoleAuthorizer {
  readonly #roles: Pick<WatchedDocuments<RoleDocument>, 'get'>;

  constructor(roles: Pick<WatchedDocuments<RoleDocument>, 'get'>) {
    this.#roles = roles;
  }

  /** What the principal may do. Fails with `registry-unavailable`. */
  authorize(principal: Principal): RestingAuthorization | Promise<RestingAuthorization> {
    const roles = this.grantsOf(principal.roles, principal.tenant);
    const make = ({ grants, keys }: RoleGrants) => ({
      authorization: new Authorization(principal, [...grants, ...ownGrants(principal)]),
      keys,
    });
    return roles instanceof Promise ? roles.then(make) : make(roles);
  }

  /** What roles give in a scope. Fails with `registry-unavailable`. */
  grantsOf(names: readonly string[], scope: RoleScope): RoleGrants | Promise<RoleGrants> {
    return this.#resolve(names, scope, new Map());
  }

  #resolve(
    names: readonly string[],
    scope: RoleScope,
    known: Map<string, RoleDocument | undefined>,
  ): RoleGrants | Promise<RoleGrants> {
    for (;;) {
      const resolution = resolveRoles(names, scope, known);
      if (resolution.missing === undefined) return resolution;
      const reads = resolution.missing.flatMap((key) => this.#read(key, known));
      if (reads.length > 0) {
        return from('registry', Promise.all(reads)).then(() => this.#resolve(names, scope, known));
      }
    }
  }

  /** Puts a document among those that are known, at once where it is remembered. */
  #read(key: string, known: Map<string, RoleDocument | undefined>): Promise<void>[] {
    const found = this.#roles.get(key);
    const keep = (document: RegistryDocument<RoleDocument> | undefined) => {
      known.set(key, document?.value);
    };
    if (found instanceof Promise) return [found.then(keep)];
    keep(found);
    return [];
  }
}

/**
 * Permissions that a principal has beside those of its roles. Whoever belongs to the deployment and to no tenant has
 * them for all tenants; a token of another issuer, which may only have forgotten to name its tenant, for none.
 */
function ownGrants({ permissions, tenant, kind }: Principal): Grant[] {
  return directGrants(permissions, tenant === undefined && kind !== 'external' ? 'all' : 'own');
}

import type { AuditTrail } from '../audit/audit-trail.js';
import { WatchedDocuments } from '../documents/watched-documents.js';
import type { Clock } from '../ports/clock.js';
import type { Registry } from '../ports/registry.js';
import { RoleAuthorizer } from './authorizer.js';
import { Delegations } from './excess-grants.js';
import { PermissionCache } from './permission-cache.js';
import type { Principal } from './principal.js';
import { RoleDirectory } from './role-directory.js';
import { ROLE_PREFIX, type RoleDocument } from './role-document.js';
import { RoleEditor } from './role-editor.js';

export interface AccessControlParts {
  registry: Registry;
  clock: Clock;
  audit: AuditTrail;
  /** RFC 3339, UTC. */
  now: () => string;
  /** The principal that a user of a tenant is now; undefined when there is none. */
  findUser: (tenant: string, userId: string) => Promise<Principal | undefined>;
  onTrouble: (error: unknown) => void;
}

const MAX_ROLES_REMEMBERED = 10_000;
const MAX_PRINCIPALS_REMEMBERED = 10_000;

/** What principals may do: the roles, what they give, and the cache in front of both, put together. */
export class AccessControl {
  readonly permissions: PermissionCache;
  readonly delegations: Delegations;
  readonly roles: RoleEditor;
  readonly #documents: WatchedDocuments<RoleDocument>;

  constructor(parts: AccessControlParts) {
    const { registry, clock, findUser, onTrouble } = parts;
    this.#documents = new WatchedDocuments<RoleDocument>({
      registry,
      clock,
      prefix: ROLE_PREFIX,
      maxDocuments: MAX_ROLES_REMEMBERED,
      onTrouble,
    });
    const authorizer = new RoleAuthorizer(this.#documents);
    const directory = new RoleDirectory({ registry, documents: this.#documents });
    this.permissions = new PermissionCache({
      authorizer,
      clock,
      isFresh: () => this.#documents.watching,
      findUser,
      roleNames: async (tenant) => (await directory.list(tenant)).map(({ name }) => name),
      maxEntries: MAX_PRINCIPALS_REMEMBERED,
    });
    this.#documents.onChange((key) => this.permissions.invalidateRoleKey(key));
    this.delegations = new Delegations(authorizer);
    this.roles = new RoleEditor({ ...parts, directory, authorizer });
  }

  /** Hears of changes of roles that any node makes, until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#documents.run(signal);
  }
}

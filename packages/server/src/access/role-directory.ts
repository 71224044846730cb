import type { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { builtinRole } from './builtin-roles.js';
import {
  MAX_ROLE_DEPTH,
  MAX_ROLES_PER_SCOPE,
  ROLE_NAME,
  type RoleDocument,
  type RoleInput,
  type RoleScope,
  roleKey,
  scopePrefix,
} from './role-document.js';
import { graphFault } from './role-graph.js';

/** A role of a tenant's or of the deployment's own. */
export interface Role {
  scope: RoleScope;
  name: string;
  document: RoleDocument;
  /** Another one after each change. */
  revision: number;
}

export interface RoleDirectoryParts {
  registry: Registry;
  documents: Pick<WatchedDocuments<RoleDocument>, 'changed'>;
}

/** The roles that are made: of tenants, and of the deployment. Each is one document, so each write is whole or absent. */
export class RoleDirectory {
  readonly #registry: Registry;
  readonly #documents: Pick<WatchedDocuments<RoleDocument>, 'changed'>;

  constructor({ registry, documents }: RoleDirectoryParts) {
    this.#registry = registry;
    this.#documents = documents;
  }

  /** The role as it is in the registry now. @throws Problem `role-unknown` */
  async get(scope: RoleScope, name: string): Promise<Role> {
    if (!ROLE_NAME.test(name)) throw new Problem('role-unknown');
    const found = await from('registry', this.#registry.get<RoleDocument>(roleKey(scope, name)));
    if (found === undefined) throw new Problem('role-unknown');
    return roleOf(scope, found);
  }

  /** All roles of a scope's own, in the order of their names. */
  async list(scope: RoleScope): Promise<Role[]> {
    const options = { limit: MAX_ROLES_PER_SCOPE };
    const found = await from('registry', this.#registry.list<RoleDocument>(scopePrefix(scope), options));
    return found.map((document) => roleOf(scope, document));
  }

  /**
   * Makes a role.
   * @throws Problem `role-exists` also where the deployment has a role of that name, `role-limit`, `role-invalid`
   */
  async create(scope: RoleScope, name: string, document: RoleDocument): Promise<Role> {
    if (builtinRole(name) !== undefined) throw new Problem('role-exists');
    if (scope !== undefined && (await this.#exists(undefined, name))) throw new Problem('role-exists');
    const others = await this.list(scope);
    // Two that are made at once may go over the bound by one: it is there against floods, not for counting.
    if (others.length >= MAX_ROLES_PER_SCOPE) throw new Problem('role-limit');
    requireGoodGraph(others, name, document);
    return this.#put({ scope, name, document, revision: 0 }, 'role-exists');
  }

  /**
   * Replaces what a role is, if it has this revision still.
   * @throws Problem `revision-lost` when it was changed meanwhile, `role-invalid`
   */
  async replace(role: Role, input: RoleInput, updatedAt: string): Promise<Role> {
    const { created_at, template } = role.document;
    const document: RoleDocument = {
      ...input,
      ...(template === undefined ? {} : { template }),
      created_at,
      updated_at: updatedAt,
    };
    requireGoodGraph(await this.list(role.scope), role.name, document);
    return this.#put({ ...role, document }, 'revision-lost');
  }

  /**
   * Removes a role, if it has this revision still. Who holds it has it no more.
   * @throws Problem `role-in-use` while another role of the scope inherits it, `revision-lost`
   */
  async delete({ scope, name, revision }: Omit<Role, 'document'>): Promise<void> {
    // One that comes to inherit it in this moment inherits nothing from it: that gives less, never more.
    const heir = (await this.list(scope)).find(({ document }) => document.inherits?.includes(name));
    if (heir !== undefined) throw new Problem('role-in-use', { detail: `The role ${heir.name} inherits it.` });
    const key = roleKey(scope, name);
    try {
      await this.#registry.delete(key, revision);
    } catch (error) {
      throw isPortFailure(error, 'conflict') ? new Problem('revision-lost') : asProblem(error, 'registry');
    } finally {
      this.#documents.changed(key);
    }
  }

  async #exists(scope: RoleScope, name: string): Promise<boolean> {
    return (await from('registry', this.#registry.get(roleKey(scope, name)))) !== undefined;
  }

  async #put(role: Role, onConflict: 'role-exists' | 'revision-lost'): Promise<Role> {
    const key = roleKey(role.scope, role.name);
    try {
      return { ...role, revision: await this.#registry.put(key, role.document, role.revision) };
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem(onConflict);
      throw asProblem(error, 'registry');
    } finally {
      // Also when it failed: it may have been applied.
      this.#documents.changed(key);
    }
  }
}

function roleOf(scope: RoleScope, { key, value, revision }: RegistryDocument<RoleDocument>): Role {
  return { scope, name: key.slice(scopePrefix(scope).length), document: value, revision };
}

/** @throws Problem `role-invalid` when roles would inherit each other in a circle, or too deep */
function requireGoodGraph(others: readonly Role[], name: string, document: RoleDocument): void {
  const inherits = new Map(others.map((other) => [other.name, other.document.inherits ?? []]));
  inherits.set(name, document.inherits ?? []);
  const fault = graphFault(inherits, MAX_ROLE_DEPTH);
  if (fault === undefined) return;
  const detail =
    'circle' in fault
      ? `Roles would inherit each other in a circle: ${fault.circle.join(', ')}.`
      : `At most ${MAX_ROLE_DEPTH} roles may stand one above the other: ${fault.chain.join(', ')}.`;
  throw new Problem('role-invalid', { detail });
}

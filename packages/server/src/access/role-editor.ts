import type { AuditTrail } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { recordAct } from './audited-act.js';
import type { Authorization } from './authorization.js';
import type { RoleAuthorizer } from './authorizer.js';
import type { Administrator } from './delegation.js';
import { excessOf } from './excess-grants.js';
import { type Grant, grantsOf } from './grants.js';
import { readFilter } from './read-filter.js';
import type { Role, RoleDirectory } from './role-directory.js';
import type { NewRole, RoleDocument, RoleInput, RoleScope } from './role-document.js';
import { grantsOfTemplate } from './role-templates.js';

/** Who makes or changes a role. */
export interface RoleGiver extends Administrator {
  authorization: Authorization;
}

export interface RoleEditorParts {
  directory: RoleDirectory;
  authorizer: Pick<RoleAuthorizer, 'grantsOf'>;
  audit: AuditTrail;
  /** RFC 3339, UTC. */
  now: () => string;
}

/**
 * Makes, changes and removes roles, each time on record. A role gives, with all that it inherits, no more than whoever
 * makes or changes it has. A scope that is undefined is the deployment.
 */
export class RoleEditor {
  readonly #parts: RoleEditorParts;

  constructor(parts: RoleEditorParts) {
    this.#parts = parts;
  }

  /** @throws Problem `role-unknown` */
  get(scope: RoleScope, name: string): Promise<Role> {
    return this.#parts.directory.get(scope, name);
  }

  /** The roles of the scope's own, in the order of their names. */
  list(scope: RoleScope): Promise<Role[]> {
    return this.#parts.directory.list(scope);
  }

  /** What a role gives with all that it inherits. Fails with `registry-unavailable`. */
  async effectiveGrants(scope: RoleScope, name: string): Promise<Grant[]> {
    return (await this.#parts.authorizer.grantsOf([name], scope)).grants;
  }

  /** @throws Problem `role-invalid`, `role-exists`, `role-limit`, `delegation-refused` */
  async create(scope: RoleScope, { name, template, parameters, ...input }: NewRole, by: RoleGiver): Promise<Role> {
    const filled = template === undefined ? input : fromTemplate(template, parameters ?? {}, input);
    if (template === undefined && parameters !== undefined) {
      throw new Problem('role-invalid', { detail: 'Parameters go with a template.' });
    }
    await this.#requireAllowed(scope, name, filled, by);
    const now = this.#parts.now();
    const document: RoleDocument = {
      ...filled,
      ...(template === undefined ? {} : { template }),
      created_at: now,
      updated_at: now,
    };
    const role = await this.#parts.directory.create(scope, name, document);
    await this.#record('role.create', 'create', role, by);
    return role;
  }

  /** @throws Problem `role-invalid`, `revision-lost`, `delegation-refused` */
  async replace(role: Role, input: RoleInput, by: RoleGiver): Promise<Role> {
    await this.#requireAllowed(role.scope, role.name, input, by);
    const changed = await this.#parts.directory.replace(role, input, this.#parts.now());
    await this.#record('role.update', 'update', changed, by);
    return changed;
  }

  /** @throws Problem `role-in-use`, `revision-lost` */
  async delete(role: Role, by: RoleGiver): Promise<void> {
    await this.#parts.directory.delete(role);
    await this.#record('role.delete', 'delete', role, by);
  }

  async #requireAllowed(scope: RoleScope, name: string, input: RoleInput, by: RoleGiver): Promise<void> {
    requireSense(scope, input);
    const others = (input.inherits ?? []).filter((inherited) => inherited !== name);
    const { grants, unknown } = await this.#parts.authorizer.grantsOf(others, scope);
    if (unknown.length > 0) throw new Problem('role-invalid', { detail: `There is no role ${unknown[0]}.` });
    const all = [...grants, ...grantsOf(input.grants ?? [], scope)];
    // A role of the deployment may be held in any tenant, so what it gives for the own one it gives for all.
    const given = scope === undefined ? all.map((grant): Grant => ({ ...grant, reach: 'all' })) : all;
    const excess = excessOf(by.authorization, { grants: given, tenant: scope, carriesFilter: false });
    if (excess !== undefined) throw new Problem('delegation-refused', { members: { permission: excess.permission } });
  }

  #record(action: string, operation: 'create' | 'update' | 'delete', role: Role, by: RoleGiver): Promise<void> {
    const { inherits = [], grants = [] } = role.document;
    return recordAct(this.#parts.audit, by, {
      tenant: role.scope ?? null,
      action,
      operation,
      targets: [{ type: 'role', id: role.name }],
      metadata: { inherits, permissions: [...new Set(grants.flatMap(({ permissions }) => permissions))] },
    });
  }
}

/** @throws Problem `role-invalid` */
function requireSense(scope: RoleScope, { grants = [] }: RoleInput): void {
  for (const { tenants, filter } of grants) {
    if (scope !== undefined && tenants === 'all') {
      throw new Problem('role-invalid', { detail: 'A role of a tenant gives nothing beyond that tenant.' });
    }
    const read = filter === undefined ? undefined : readFilter(filter, 'somebody');
    if (read?.ok === false) throw new Problem('role-invalid', { detail: `The filter: ${read.problem}` });
  }
}

function fromTemplate(template: string, parameters: Readonly<Record<string, string>>, input: RoleInput): RoleInput {
  if (input.grants !== undefined) {
    throw new Problem('role-invalid', { detail: 'The grants come from the template: give either, not both.' });
  }
  return { ...input, grants: grantsOfTemplate(template, parameters) };
}

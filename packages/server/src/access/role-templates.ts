import { Problem } from '../errors.js';
import type { GrantDocument } from './grants.js';
import type { Permission } from './permissions.js';

/** A pattern for roles that many tenants need, with places for what is theirs. */
export interface RoleTemplate {
  description: string;
  /** What has to be given for it: by name, with what it means. */
  parameters: Readonly<Record<string, string>>;
  grants: (parameters: Readonly<Record<string, string>>) => GrantDocument[];
}

const SEE: Permission[] = ['events:read', 'events:stream'];
const MODULE = { module: 'The module: a source.service or a category, such as wms or finance.' };
const RESOURCE = { resource: 'The type of the targets, such as order.' };

const own = { tenants: 'own' } as const;

export const roleTemplates: Readonly<Record<string, RoleTemplate>> = {
  module_reader: {
    description: 'Reads the events of one module.',
    parameters: MODULE,
    grants: ({ module }) => [{ ...own, permissions: SEE, modules: [module!] }],
  },
  module_auditor: {
    description: 'Reads and exports the events of one module, and proves them against the log.',
    parameters: MODULE,
    grants: ({ module }) => [
      { ...own, permissions: [...SEE, 'events:export'], modules: [module!] },
      { ...own, permissions: ['log:read'] },
    ],
  },
  resource_reader: {
    description: 'Reads the events about one type of thing.',
    parameters: RESOURCE,
    grants: ({ resource }) => [{ ...own, permissions: SEE, resources: [resource!] }],
  },
  module_resource_reader: {
    description: 'Reads the events of one module about one type of thing.',
    parameters: { ...MODULE, ...RESOURCE },
    grants: ({ module, resource }) => [{ ...own, permissions: SEE, modules: [module!], resources: [resource!] }],
  },
  own_events_reader: {
    description: 'Reads the events whose actor it is.',
    parameters: {},
    grants: () => [{ ...own, permissions: SEE, own: true }],
  },
  key_manager: {
    description: 'Creates, rotates and revokes API keys; what it gives them it must have itself.',
    parameters: {},
    grants: () => [{ ...own, permissions: ['keys:read', 'keys:manage', 'roles:read'] }],
  },
  privacy_officer: {
    description: 'Answers for personal data: erasures, exports of a person, legal holds, unmasked reading.',
    parameters: {},
    grants: () => [
      {
        ...own,
        permissions: [
          ...SEE,
          'pii:read',
          'privacy:read',
          'privacy:erase',
          'privacy:export',
          'privacy:hold',
          'policies:read',
        ],
      },
    ],
  },
};

/**
 * The grants of a template with its places filled.
 * @throws Problem `role-invalid` for an unknown template, or parameters that are not those it has
 */
export function grantsOfTemplate(name: string, parameters: Readonly<Record<string, string>>): GrantDocument[] {
  const template = Object.hasOwn(roleTemplates, name) ? roleTemplates[name]! : undefined;
  if (template === undefined) {
    throw new Problem('role-invalid', { detail: 'There is no such template; GET /api/v1/roles/templates lists them.' });
  }
  const wanted = Object.keys(template.parameters).sort();
  const given = Object.keys(parameters).sort();
  if (JSON.stringify(wanted) !== JSON.stringify(given)) {
    const names = wanted.length === 0 ? 'no parameters' : `the parameters ${wanted.join(', ')}`;
    throw new Problem('role-invalid', { detail: `The template ${name} has ${names}.` });
  }
  return template.grants(parameters);
}

import type { Grant, Reach } from './grants.js';
import { type Permission, permissions } from './permissions.js';

/** A role that every deployment has. It cannot be changed, and no other role can have its name. */
export interface BuiltinRole {
  description: string;
  grants: readonly Grant[];
}

const every = Object.keys(permissions) as Permission[];

const give = (reach: Reach, names: readonly Permission[]): Grant[] =>
  names.map((permission) => ({ permission, reach }));

const read: readonly Permission[] = ['events:read', 'events:stream', 'log:read', 'log:entries'];

/** What concerns the deployment, or what a tenant owes to it: its plan, its being there. */
const ofTheDeployment: readonly Permission[] = [
  'tenants:create',
  'tenants:update',
  'tenants:delete',
  'system:read',
  'system:manage',
];

const seeWhoMayDoWhat: readonly Permission[] = [
  'tenants:read',
  'policies:read',
  'keys:read',
  'users:read',
  'roles:read',
  'privacy:read',
];

export const builtinRoles = {
  audit_reader: {
    description: 'Reads the events and the log of its tenant.',
    grants: give('own', read),
  },
  audit_writer: {
    description: 'Records events for its tenant, and reads none.',
    grants: give('own', ['events:write']),
  },
  audit_export: {
    description: 'Takes events of its tenant away in bulk.',
    grants: give('own', ['events:export']),
  },
  audit_admin: {
    description: 'Reads everything of all tenants, but for personal data unmasked; such reads are recorded there.',
    grants: give('all', [...read, 'events:export', ...seeWhoMayDoWhat]),
  },
  system_admin: {
    description: 'May do everything, for all tenants and for the deployment.',
    grants: give('all', every),
  },
  admin: {
    description: 'May do everything within its tenant, but for its plan and its deletion.',
    grants: give(
      'own',
      every.filter((permission) => !ofTheDeployment.includes(permission)),
    ),
  },
  auditor: {
    description: 'Reads and exports everything of its tenant, but for personal data unmasked.',
    grants: give('own', [...read, 'events:export', ...seeWhoMayDoWhat]),
  },
  user: {
    description: 'Records events for its tenant, and reads those whose actor it is.',
    grants: [
      ...give('own', ['events:write', 'log:read']),
      { permission: 'events:read', reach: 'own', conditions: { own: true } },
      { permission: 'events:stream', reach: 'own', conditions: { own: true } },
    ],
  },
} as const satisfies Record<string, BuiltinRole>;

export type BuiltinRoleName = keyof typeof builtinRoles;

export function builtinRole(name: string): BuiltinRole | undefined {
  return Object.hasOwn(builtinRoles, name) ? builtinRoles[name as BuiltinRoleName] : undefined;
}

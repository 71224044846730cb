/**
 * Everything that may be allowed, as `resource:action`. A route names one of them, and a role holds some of them.
 * The text is what an administrator reads beside it.
 */
export const permissions = {
  'events:write': 'Record events.',
  'events:read': 'Read events, one or a page, with their receipts.',
  'searches:manage': 'Make, change and delete the saved searches that a tenant shares.',
  'events:export': 'Take many events away at once.',
  'events:stream': 'Watch events as they are sealed.',
  'log:read': 'Read the size, the checkpoints and the proofs of the log.',
  'log:entries': 'Read the entry bundles of the log: every event whole, so a grant with a filter does not give it.',
  'pii:read': 'See personal data unmasked. Every such read is recorded.',
  'tenants:read': 'See a tenant, its plan, its settings and its usage.',
  'tenants:create': 'Create tenants.',
  'tenants:update': "Change a tenant's plan, status and settings.",
  'tenants:delete': 'Delete a tenant.',
  'policies:read': "See a tenant's policy: what is recorded, what is sealed, what is detected.",
  'policies:update': "Change a tenant's policy.",
  'keys:read': 'See API keys, never their secrets.',
  'keys:manage': 'Create, rotate and revoke API keys.',
  'users:read': 'See users.',
  'users:manage': 'Create, change and disable users, and end their sessions.',
  'roles:read': 'See roles.',
  'roles:manage': 'Create, change and delete roles of a tenant.',
  'privacy:read': 'See erasures, exports and legal holds.',
  'privacy:erase': "Erase a person's data.",
  'privacy:export': "Take all of one person's events away.",
  'privacy:hold': 'Set and lift legal holds.',
  'system:read': 'See the state and the metrics of the deployment.',
  'system:manage': 'Rotate the keys of the deployment.',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissions, text);
}

import { isPermission, type Permission } from './permissions.js';

/** Permissions as other systems' tokens name them: the verb first, and the audit log as one thing. */
const claims: Readonly<Record<string, readonly Permission[]>> = {
  'read:audit': ['events:read', 'events:stream', 'log:read', 'log:entries'],
  'write:audit': ['events:write'],
  'export:audit': ['events:export'],
};

/** The permissions that a claim of a token names, in our words or in those; none for an unknown one. */
export function permissionsOfClaim(claim: string): readonly Permission[] {
  if (isPermission(claim)) return [claim];
  return Object.hasOwn(claims, claim) ? claims[claim]! : [];
}

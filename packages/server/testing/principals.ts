import type { Principal } from '../src/access/principal.js';

/** A user of the tenant `acme` without any role; its id follows from its subject. */
export function samplePrincipal(more: Partial<Principal> = {}): Principal {
  const subject = more.subject ?? 'jane';
  return {
    kind: 'user',
    id: `user:${subject}`,
    subject,
    tenant: 'acme',
    roles: [],
    permissions: [],
    credential: { id: `token-of-${subject}` },
    ...more,
  };
}

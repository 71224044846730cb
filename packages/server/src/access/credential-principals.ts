import type { ApiKeyDocument } from './api-key-document.js';
import type { Credential, Principal } from './principal.js';
import type { UserDocument } from './user-document.js';

/** Whom a key speaks for. */
export function keyPrincipal(
  { id, tenant, roles, permissions, filter }: ApiKeyDocument,
  credential: Credential,
): Principal {
  return {
    kind: 'api-key',
    id: `key:${id}`,
    subject: `key:${id}`,
    tenant: tenant ?? undefined,
    roles,
    permissions,
    ...(filter === undefined ? {} : { filter }),
    credential,
  };
}

/** Whom a user's credential speaks for. */
export function userPrincipal(user: UserDocument, credential: Credential): Principal {
  const { id, subject, tenant, roles, permissions, filter } = user;
  return {
    kind: 'user',
    id: `user:${id}`,
    subject,
    tenant: tenant ?? undefined,
    roles,
    permissions,
    ...(filter === undefined ? {} : { filter }),
    credential,
  };
}

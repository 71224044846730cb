import { createHash } from 'node:crypto';

/** A user in the registry. Times are RFC 3339, UTC. */
export interface UserDocument {
  id: string;
  /** Null: of the deployment. */
  tenant: string | null;
  /** As it was given; two that differ in case only are the same. It stays. */
  login: string;
  name?: string;
  /** What stands as `actor.id` in the events of this user: what `@me` means in a filter. */
  subject: string;
  /** PHC string of argon2id; absent: nobody can log in with a password. */
  password?: string;
  permissions: readonly string[];
  roles: readonly string[];
  filter?: string;
  disabled_at?: string;
  /** Sessions that began under a lower number are over. A number and no time: nodes may differ about the time. */
  session_epoch: number;
  created_at: string;
  created_by: string;
  updated_at: string;
}

/** Who has a login name. Also the list of a tenant's users. */
export interface LoginDocument {
  user: string;
}

export const USER_PREFIX = 'user.';

export function userKey(id: string): string {
  return `${USER_PREFIX}${id}`;
}

/** The login names of a tenant, or of the deployment. */
export function loginPrefix(tenant: string | null): string {
  return `login.${tenant ?? '_system'}.`;
}

export function loginKey(tenant: string | null, login: string): string {
  return `${loginPrefix(tenant)}${loginHash(login)}`;
}

/** Names a login in a key of the registry: a login may have characters that a key has not. */
export function loginHash(login: string): string {
  return createHash('sha256').update(login.normalize('NFKC').toLowerCase()).digest('base64url');
}

import { Problem } from '../errors.js';
import { endOfKey } from './api-key-document.js';
import type { ApiKeys } from './api-keys.js';
import type { Credentials } from './credentials.js';
import type { Principal } from './principal.js';

/**
 * Whether somebody who was let in earlier is still somebody: their API key was not revoked and has not expired, the user
 * was not disabled. Of those whom another issuer vouches for it is not known: they stand.
 *
 * @param nowMs milliseconds since 1970
 */
export async function isStanding(
  { kind, id, tenant }: Principal,
  { keys, findUser }: { keys: Pick<ApiKeys, 'get'>; findUser: Credentials['findUser'] },
  nowMs: number,
): Promise<boolean> {
  if (kind === 'user') return (await findUser(tenant, id)) !== undefined;
  if (kind !== 'api-key') return true;
  try {
    return endOfKey(await keys.get(tenant, id.slice('key:'.length)), nowMs) === undefined;
  } catch (error) {
    // One that ended long ago is forgotten.
    if (error instanceof Problem && error.status === 404) return false;
    throw error;
  }
}

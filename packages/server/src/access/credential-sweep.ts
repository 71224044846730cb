import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { API_KEY_PREFIX, type ApiKeyDocument, apiKeyKey, apiKeyUseKey, keyIndexPrefix } from './api-key-document.js';
import { loginGuardKey } from './login-guard.js';
import { REVOCATION_PREFIX, type RevocationDocument } from './revocations.js';
import { SESSION_PREFIX, type SessionDocument, sessionListKey } from './session-document.js';
import { nowMs } from './unix-time.js';
import { type LoginDocument, loginPrefix, userKey } from './user-document.js';

const PAGE = 500;
/** For so long a key that has ended can still be looked up. */
const KEYS_KEPT_MS = 90 * 24 * 3_600_000;
/** For so long a session that has ended is there, so that its tokens are told from invented ones. */
const SESSIONS_KEPT_MS = 24 * 3_600_000;

/** Removes the documents of credentials that ended long ago. Can be repeated, and run on several nodes at once. */
export async function sweepCredentials(registry: Registry, clock: Clock): Promise<void> {
  const now = nowMs(clock);
  await removeAll<SessionDocument>(registry, SESSION_PREFIX, ({ expires_at }) =>
    isBefore(expires_at, now - SESSIONS_KEPT_MS),
  );
  await removeAll<RevocationDocument>(registry, REVOCATION_PREFIX, ({ until }) => isBefore(until, now));
  await removeAll<ApiKeyDocument>(
    registry,
    API_KEY_PREFIX,
    ({ revoked_at, expires_at }) => isBefore(revoked_at ?? expires_at, now - KEYS_KEPT_MS),
    // After the key itself: a crash in between leaves names of nothing, which lists leave out.
    ({ id, tenant }) => [...keyDocuments(id), `${keyIndexPrefix(tenant)}${id}`],
  );
}

/**
 * Removes the keys and the users of a tenant. What names them goes last, so that one that was cut off goes on with what
 * is left. Their sessions and tokens end with them.
 */
export async function removeTenantCredentials(registry: Registry, tenant: string): Promise<void> {
  const index = keyIndexPrefix(tenant);
  const logins = loginPrefix(tenant);
  for (const prefix of [index, logins]) {
    for (;;) {
      const page = await registry.list<Partial<LoginDocument>>(prefix, { limit: PAGE });
      for (const document of page) {
        const { user } = document.value;
        const id = document.key.slice(prefix.length);
        await removeKeys(registry, user === undefined ? keyDocuments(id) : userDocuments(user));
        await remove(registry, document);
      }
      if (page.length < PAGE) break;
    }
  }
}

function keyDocuments(id: string): string[] {
  return [apiKeyKey(id), apiKeyUseKey(id), sessionListKey(`key:${id}`)];
}

function userDocuments(id: string): string[] {
  return [userKey(id), loginGuardKey(id), sessionListKey(`user:${id}`)];
}

async function removeKeys(registry: Registry, keys: readonly string[]): Promise<void> {
  for (const found of await registry.getMany(keys)) if (found !== undefined) await remove(registry, found);
}

async function removeAll<T>(
  registry: Registry,
  prefix: string,
  isOver: (value: T) => boolean,
  besides: (value: T) => string[] = () => [],
): Promise<void> {
  let after: { afterKey?: string } = {};
  for (;;) {
    const page = await registry.list<T>(prefix, { limit: PAGE, ...after });
    for (const document of page.filter(({ value }) => isOver(value))) {
      await remove(registry, document);
      await removeKeys(registry, besides(document.value));
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = { afterKey: last.key };
  }
}

async function remove(registry: Registry, { key, revision }: RegistryDocument): Promise<void> {
  try {
    await registry.delete(key, revision);
  } catch (error) {
    // It was changed, so it is not over; or another node has removed it.
    if (!isPortFailure(error, 'conflict')) throw error;
  }
}

function isBefore(time: string | undefined, milliseconds: number): boolean {
  return time !== undefined && Date.parse(time) < milliseconds;
}

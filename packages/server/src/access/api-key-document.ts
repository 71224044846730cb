import type { RegistryDocument } from '../ports/registry.js';

/** One secret of a key. During a rotation a key has more than one. */
export interface KeySecret {
  /** Keyed hash of the secret, hexadecimal. */
  hash: string;
  created_at: string;
  /** When it counts no more, because another one has taken its place. */
  until?: string;
}

/** An API key in the registry. Times are RFC 3339, UTC. */
export interface ApiKeyDocument {
  id: string;
  /** Null: it belongs to the deployment. */
  tenant: string | null;
  name: string;
  permissions: readonly string[];
  roles: readonly string[];
  filter?: string;
  /** From where it may be used; empty: from everywhere. */
  addresses: readonly string[];
  /** The newest first. */
  secrets: readonly KeySecret[];
  created_at: string;
  created_by: string;
  expires_at?: string;
  revoked_at?: string;
  revoked_by?: string;
}

/** When a key was last used: in a document of its own, so that using a key does not change the key. */
export interface ApiKeyUseDocument {
  at: string;
}

export const API_KEY_PREFIX = 'apikey.';

export function apiKeyKey(id: string): string {
  return `${API_KEY_PREFIX}${id}`;
}

export function apiKeyUseKey(id: string): string {
  return `apikey-used.${id}`;
}

/** The keys of a tenant, or of the deployment, by their ids. */
export function keyIndexPrefix(tenant: string | null): string {
  return `tenant-apikey.${tenant ?? '_system'}.`;
}

export type FoundApiKey = RegistryDocument<ApiKeyDocument>;

/** What makes a key count no more now; undefined while it counts. */
export function endOfKey({ expires_at, revoked_at }: ApiKeyDocument, now: number): 'expired' | 'revoked' | undefined {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && Date.parse(expires_at) <= now ? 'expired' : undefined;
}

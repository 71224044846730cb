import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';

/** A tenant's document in the registry. Plans, quotas and settings get their place here. */
export interface TenantDocument {
  /** RFC 3339, UTC. */
  created_at: string;
}

/** Lower case, so that an id is the same in a URL, a registry key and a file name. */
export const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

const MAX_REMEMBERED = 10_000;

/** The tenants that exist. One comes into being with its first event. */
export class TenantDirectory {
  readonly #registry: Registry;
  readonly #known = new Set<string>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  async exists(tenant: string): Promise<boolean> {
    if (this.#known.has(tenant)) return true;
    const found = await this.#registry.get<TenantDocument>(tenantKey(tenant));
    if (found !== undefined) this.#remember(tenant);
    return found !== undefined;
  }

  /** Makes the tenant if it is new. Idempotent. */
  async ensure(tenant: string, createdAt: string): Promise<void> {
    if (await this.exists(tenant)) return;
    const document: TenantDocument = { created_at: createdAt };
    try {
      await this.#registry.put(tenantKey(tenant), document, 0);
    } catch (error) {
      if (!isPortFailure(error, 'conflict')) throw error;
    }
    this.#remember(tenant);
  }

  #remember(tenant: string): void {
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.add(tenant);
  }
}

function tenantKey(tenant: string): string {
  return `tenant.${tenant}`;
}

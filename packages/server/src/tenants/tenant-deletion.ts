import { formatNs } from '@attestlog/event';
import type { Principal } from '../access/principal.js';
import { type AuditTrail, SYSTEM_TENANT } from '../audit/audit-trail.js';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { Objects } from '../ports/objects.js';
import type { EventStore } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import type { Tenant, TenantDirectory } from './tenant-directory.js';
import type { DeletionRequest } from './tenant-document.js';

export interface TenantDeletionParts {
  tenants: TenantDirectory;
  store: Pick<EventStore, 'usageByDay' | 'deleteEntries'>;
  objects: Pick<Objects, 'list' | 'delete'>;
  progress: Progress;
  audit: AuditTrail;
  clock: Clock;
  /** A signed statement that the log ended so: a note over its size and root. Repeated, it may differ in its time. */
  tombstone: (tenant: string, deletedAt: string) => Promise<{ note: string; size: number }>;
  /** Keeps the tombstone where everybody can read it. Idempotent: the first one stays. */
  keepTombstone: (tenant: string, note: string) => Promise<void>;
  /** What a legal hold on the tenant is, if there is one. */
  holdOn: (tenant: string) => Promise<Record<string, unknown> | undefined>;
  /** Destroys the keys of the tenant's personal data, so that no backup of the data can be read. Idempotent. */
  destroyKeys: (tenant: string) => Promise<void>;
  /** Ends its API keys, users and roles. Idempotent. */
  revokeAccess: (tenant: string) => Promise<void>;
  /** Forgets what is remembered of its entries. */
  forgetEntries: (tenant: string) => void;
  /** Removes its exports, and ends those that are being made. Idempotent. */
  removeExports: (tenant: string) => Promise<void>;
  /** Removes its saved searches. Idempotent. */
  removeSearches: (tenant: string) => Promise<void>;
  /** Where a tenant's payloads lie. */
  blobPrefix: (tenant: string) => string;
}

const ALL_DAYS = 65_534;
const OBJECTS_PER_LIST = 1000;
const SEAL_WAIT_MS = 60_000;
const LIST_LIMIT = 1000;

/**
 * Deletes a tenant: nothing new is recorded, its keys are destroyed, its events and payloads removed; the hashes of its
 * log and a signed tombstone stay. Every step can be repeated, so whoever is interrupted begins again with the first.
 */
export class TenantDeletion {
  readonly #parts: TenantDeletionParts;

  constructor(parts: TenantDeletionParts) {
    this.#parts = parts;
  }

  /**
   * Marks the tenant as being deleted; from then on it takes nothing in, and {@link finish} does the rest.
   * @throws Problem `hold-in-force`, `revision-lost`
   */
  async begin(tenant: Tenant, by: { principal: Principal; address?: string; requestId?: string }): Promise<Tenant> {
    const hold = await this.#parts.holdOn(tenant.id);
    if (hold !== undefined) throw new Problem('hold-in-force', { members: { hold } });
    const requestedAt = formatNs(this.#parts.clock.nowNs());
    const deletion: DeletionRequest = { requested_at: requestedAt, requested_by: by.principal.id };
    const marked = await this.#parts.tenants.replace(tenant, { ...tenant.document, status: 'deleting', deletion });
    await this.#parts.audit.record({
      tenant: SYSTEM_TENANT,
      action: 'tenant.delete',
      operation: 'delete',
      outcome: 'success',
      ...by,
      targets: [{ type: 'tenant', id: tenant.id }],
      message: 'The deletion begins.',
    });
    return marked;
  }

  /** Carries a deletion through that was begun, from the first step. */
  async finish(id: string): Promise<void> {
    const { tenants, store, progress, destroyKeys, revokeAccess } = this.#parts;
    const tenant = await tenants.find(id);
    if (tenant?.document.status !== 'deleting') return;
    await revokeAccess(id);
    await this.#parts.removeExports(id);
    await this.#parts.removeSearches(id);
    // What was acknowledged before the mark may still be on its way into the store.
    const isSealed = await progress.waitFor(progress.acknowledgedThrough, AbortSignal.timeout(SEAL_WAIT_MS));
    if (!isSealed) throw new Problem('seal-timeout');
    const removed = await this.#count(id);
    await destroyKeys(id);
    await from('store', store.deleteEntries(id));
    this.#parts.forgetEntries(id);
    await this.#deleteBlobs(id);
    await this.#close(tenant, removed);
  }

  /** Goes on with every deletion that was begun. */
  async finishAll(): Promise<void> {
    const { tenants } = this.#parts;
    for (let after: string | undefined; ; ) {
      const page = await tenants.list(LIST_LIMIT, after);
      for (const { id, document } of page) if (document.status === 'deleting') await this.finish(id);
      if (page.length < LIST_LIMIT) return;
      after = page.at(-1)!.id;
    }
  }

  async #close(tenant: Tenant, removed: { events: number; bytes: number }): Promise<void> {
    const { tenants, audit, clock, tombstone, keepTombstone } = this.#parts;
    const deletedAt = formatNs(clock.nowNs());
    const { note, size } = await tombstone(tenant.id, deletedAt);
    await keepTombstone(tenant.id, note);
    const { deletion, created_at } = tenant.document;
    await audit.record({
      tenant: SYSTEM_TENANT,
      action: 'tenant.erase',
      operation: 'delete',
      outcome: 'success',
      principal: undefined,
      targets: [{ type: 'tenant', id: tenant.id }],
      message: 'The tenant was deleted: keys, events and payloads. The hashes of its log stay.',
      metadata: { ...removed, log_size: size, requested_by: deletion?.requested_by ?? '' },
    });
    // Names and addresses of people go with it.
    await tenants.replace(tenant, {
      created_at,
      status: 'deleted',
      ...(deletion === undefined ? {} : { deletion: { ...deletion, deleted_at: deletedAt } }),
    });
  }

  async #count(tenant: string): Promise<{ events: number; bytes: number }> {
    const { store, progress } = this.#parts;
    const days = await from('store', store.usageByDay(tenant, 0, ALL_DAYS, progress.sealedBefore));
    return {
      events: days.reduce((sum, { events }) => sum + events, 0),
      bytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  async #deleteBlobs(tenant: string): Promise<void> {
    const { objects, blobPrefix } = this.#parts;
    for (;;) {
      const keys = await from('objects', objects.list(blobPrefix(tenant), { limit: OBJECTS_PER_LIST }));
      for (const key of keys) await from('objects', objects.delete(key));
      if (keys.length < OBJECTS_PER_LIST) return;
    }
  }
}

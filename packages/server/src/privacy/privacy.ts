import { type EventInput, formatNs, type SealingPolicy } from '@attestlog/event';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Clock } from '../ports/clock.js';
import type { MasterKey } from '../ports/master-key.js';
import type { Registry } from '../ports/registry.js';
import type { EventStore } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { ErasureStepsParts } from './erasure/erasure-steps.js';
import { Erasures } from './erasure/erasures.js';
import { Holds } from './erasure/holds.js';
import { settled } from './erasure/settlement.js';
import { KeyRotation } from './keys/key-rotation.js';
import { SubjectKeys } from './keys/subject-keys.js';
import type { RandomBytes } from './keys/tenant-key-document.js';
import { TenantKeys } from './keys/tenant-keys.js';
import type { PrivacyServices } from './privacy-services.js';
import { exportPack } from './reading/export-pack.js';
import { PersonalData } from './reading/personal-data.js';
import type { SearchedSealing } from './searching/searched-sealing.js';
import { TenantPrivacy } from './tenant-privacy.js';

export interface PrivacyParts {
  registry: Registry;
  masterKey: MasterKey;
  clock: Clock;
  random: RandomBytes;
  tenants: TenantDirectory;
  store: EventStore;
  progress: Progress;
  audit: AuditTrail;
  /** What is sealed where a tenant does not say. */
  sealing: SealingPolicy;
  newId: () => string;
  /** Resolves when every event that is being taken in now has been answered. */
  intakeSettled: () => Promise<void>;
  /** Records an event of the server's own. Idempotent by its id. */
  record: (tenant: string, event: EventInput) => Promise<void>;
  /** Takes back exports that hold values from before an erasure. */
  withdrawExports: ErasureStepsParts['withdrawExports'];
  /** Signs the body of a note as the tenant's log. */
  sign: (tenant: string, body: string) => Promise<string>;
  logName: (tenant: string) => string;
  checkpoint: (tenant: string) => Promise<string>;
  receipt: (tenant: string, index: number) => Promise<string>;
  onTrouble: (error: unknown) => void;
}

const MAX_TENANTS = 10_000;
const MAX_SUBJECT_KEYS = 200_000;
/** Longer than a node may not have heard of a new version. */
const RETIRE_AFTER_MS = 3_600_000;
const DROP_EVERY_MS = 600_000;
/** There is no other node that would have to hear of it. */
const OTHER_NODES_GRACE_MS = 0;
const SETTLE_TIMEOUT_MS = 60_000;

/** Personal data: its keys, who sees it, its erasure and what forbids it, put together. */
export class Privacy {
  readonly tenantKeys: TenantKeys;
  readonly subjectKeys: SubjectKeys;
  readonly personalData: PersonalData;
  readonly holds: Holds;
  readonly erasures: Erasures;
  readonly rotation: KeyRotation;
  readonly #parts: PrivacyParts;
  readonly #policies: TenantPrivacy;

  constructor(parts: PrivacyParts) {
    this.#parts = parts;
    const { registry, progress, clock, store, audit, intakeSettled } = parts;
    this.tenantKeys = new TenantKeys({ ...parts, maxTenants: MAX_TENANTS });
    this.subjectKeys = new SubjectKeys({ ...parts, tenantKeys: this.tenantKeys, maxKeys: MAX_SUBJECT_KEYS });
    this.rotation = new KeyRotation({ ...parts, tenantKeys: this.tenantKeys, retireAfterMs: RETIRE_AFTER_MS });
    this.holds = new Holds(registry);
    this.#policies = new TenantPrivacy(parts.tenants, parts.sealing);
    const { tenantKeys, subjectKeys } = this;
    this.personalData = new PersonalData({ tenantKeys, subjectKeys, policies: this.#policies, audit });
    const settlement = {
      progress,
      clock,
      intakeSettled,
      graceMs: OTHER_NODES_GRACE_MS,
      timeoutMs: SETTLE_TIMEOUT_MS,
    };
    this.erasures = new Erasures({
      ...parts,
      store,
      subjectKeys,
      holds: this.holds,
      settle: () => settled(settlement),
      now: () => this.#now(),
    });
  }

  /** What the routes need. */
  services(): PrivacyServices {
    const { store, audit, newId, checkpoint, receipt } = this.#parts;
    const { erasures, holds, subjectKeys, personalData } = this;
    const now = () => this.#now();
    const pack = { store, audit, subjectKeys, personalData, checkpoint, receipt, now };
    return {
      erasures,
      holds,
      subjectKeys,
      personalData,
      policies: this.#policies,
      store,
      newId,
      now,
      exportPack: (request, by) => exportPack(request, by, pack),
    };
  }

  /** What is sealed of a tenant, and the key of its blind index. */
  async searchOf(tenant: string): Promise<SearchedSealing> {
    const { plan } = await this.#policies.of(tenant);
    return { plan, blindKey: (await this.tenantKeys.find(tenant))?.blindKey };
  }

  /** Gives a tenant a new key; the old one is dropped when no node can be using it any more. */
  rotateTenantKey(tenant: string): Promise<number> {
    return this.rotation.rotateTenantKey(tenant, this.#now());
  }

  /** Destroys all keys of a tenant, and with them everything that was ever sealed for it. Idempotent. */
  destroyKeys(tenant: string): Promise<void> {
    return this.tenantKeys.destroy(tenant, this.#now());
  }

  /** Hears of what other nodes change, carries erasures on and drops keys that were replaced, until it is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.tenantKeys.run(signal),
      this.subjectKeys.run(signal),
      this.erasures.run(signal),
      this.#replaceKeys(signal),
    ]);
  }

  /** By the master key of this start, where an earlier one wraps them; then what a rotation left is dropped in time. */
  async #replaceKeys(signal: AbortSignal): Promise<void> {
    const { clock, onTrouble } = this.#parts;
    for (let isRewrapped = false; !signal.aborted; ) {
      try {
        if (!isRewrapped) await this.rotation.rewrapTenantKeys();
        isRewrapped = true;
        await this.rotation.dropAllRetired(Number(clock.nowNs() / 1_000_000n));
      } catch (error) {
        onTrouble(error);
      }
      await clock.sleep(DROP_EVERY_MS, signal);
    }
  }

  #now(): string {
    return formatNs(this.#parts.clock.nowNs());
  }
}

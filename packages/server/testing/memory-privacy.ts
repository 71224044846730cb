import { randomFillSync } from 'node:crypto';
import {
  canonicalJson,
  defaultSealing,
  type EventInput,
  fieldsToSeal,
  sealingPlan,
  subjectsOf,
} from '@attestlog/event';
import type { Principal } from '../src/access/principal.js';
import type { Faults } from '../src/adapters/memory/faults.js';
import { withRegistryFaults, withStoreFaults } from '../src/adapters/memory/faulty-ports.js';
import { MemoryClock } from '../src/adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../src/adapters/memory/memory-registry.js';
import type { StoredRow } from '../src/adapters/memory/memory-rows.js';
import { openMemoryStore } from '../src/adapters/memory/memory-store.js';
import { MemoryWorld } from '../src/adapters/memory/memory-world.js';
import type { AuditedAct, AuditTrail } from '../src/audit/audit-trail.js';
import { batchOf } from '../src/ports/batch-columns.js';
import type { MasterKey } from '../src/ports/master-key.js';
import type { Registry } from '../src/ports/registry.js';
import type { EventStore, StoredEntry } from '../src/ports/store.js';
import { Erasures, type Requester } from '../src/privacy/erasure/erasures.js';
import { Holds } from '../src/privacy/erasure/holds.js';
import type { PrivacyPolicy } from '../src/privacy/privacy-policies.js';
import { PersonalData } from '../src/privacy/reading/personal-data.js';
import { freshTexts } from '../src/privacy/sealing/fresh-text.js';
import { sealEvent } from '../src/privacy/sealing/seal-event.js';
import { MemoryKeys } from './memory-keys.js';

export const TENANT = 'acme';

/** Everything on stable storage: what outlives a process. */
export class PrivacyWorld {
  readonly world = new MemoryWorld();
  /** Events of our own by their id: one recorded once more adds nothing. */
  readonly recorded = new Map<string, EventInput>();
  readonly acts: AuditedAct[] = [];
  readonly clock = new MemoryClock();
  /** Ids that were made. */
  ids = 0;

  /** Of the event store. */
  get rows(): StoredRow[] {
    return this.world.store.rows;
  }
}

export interface MemoryPrivacyOptions {
  faults?: Faults;
  masterKey?: MasterKey;
  /** In the place of one in memory. */
  registry?: Registry;
  seed?: number;
}

/** One process's part for personal data over a world in memory. */
export class MemoryPrivacy {
  readonly keys: MemoryKeys;
  readonly holds: Holds;
  readonly erasures: Erasures;
  readonly store: EventStore;
  readonly audit: AuditTrail;
  readonly personalData: PersonalData;
  /** The policy of every tenant. */
  readonly policy: PrivacyPolicy = { plan: sealingPlan(defaultSealing), maskStyle: 'partial', isReasonRequired: false };
  readonly troubles: unknown[] = [];
  readonly #world: PrivacyWorld;
  readonly #fresh = freshTexts(randomFillSync);

  constructor(world: PrivacyWorld, { faults, masterKey, registry: given, seed = 1 }: MemoryPrivacyOptions = {}) {
    this.#world = world;
    const run = <T>(operation: string, whole: () => Promise<T>) =>
      faults === undefined ? whole() : faults.run(operation, { whole });
    const plain = given ?? openMemoryRegistry(world.world.registry);
    const registry = faults === undefined ? plain : withRegistryFaults(plain, faults);
    const clock = world.clock;
    this.keys = new MemoryKeys({ registry, clock, seed, ...(masterKey === undefined ? {} : { masterKey }) });
    const store = openMemoryStore(world.world.store);
    this.store = faults === undefined ? store : withStoreFaults(store, faults);
    this.audit = {
      record: (act) => run('audit.record', async () => void world.acts.push(act)),
      read: () => undefined,
    };
    this.holds = new Holds(registry);
    this.personalData = new PersonalData({
      tenantKeys: this.keys.tenantKeys,
      subjectKeys: this.keys.subjectKeys,
      policies: { of: () => this.policy },
      audit: this.audit,
    });
    this.erasures = new Erasures({
      registry,
      clock,
      subjectKeys: this.keys.subjectKeys,
      holds: this.holds,
      store: this.store,
      audit: this.audit,
      newId: () => `id-${++world.ids}`,
      now: () => new Date(Number(clock.nowNs() / 1_000_000n)).toISOString(),
      settle: () => run('settle', async () => undefined),
      withdrawExports: () => run('withdraw', async () => undefined),
      sign: (_tenant, body) => run('sign', async () => `${body}\n— signed\n`),
      logName: (tenant) => `log.example/${tenant}`,
      record: (_tenant, event) =>
        run('record', async () => {
          if (!world.recorded.has(event.id!)) world.recorded.set(event.id!, event);
        }),
      onTrouble: (error) => this.troubles.push(error),
    });
  }

  /** Seals an event and puts it into the store, as intake and sequencer would. */
  async record(event: EventInput, tenant = TENANT): Promise<StoredEntry> {
    const index = this.#world.rows.filter((row) => row.tenant === tenant).length;
    const at = '2025-10-06T12:00:00Z';
    const named = { time: at, received_at: at, ...event, id: event.id ?? `e${index}` };
    const fields = fieldsToSeal(named, this.policy.plan);
    const keys = await this.keys.subjectKeys.keysFor(tenant, subjectsOf(fields));
    const sealed = sealEvent(named, { tenant, id: named.id }, fields, keys, this.#fresh);
    if ('problem' in sealed) throw new Error(sealed.problem.message);
    const entry = new Uint8Array(Buffer.from(canonicalJson(sealed.event)));
    const row = { tenant, index, position: 1024 + index, entry };
    const beside = sealed.sealed === undefined ? {} : { sealed: sealed.sealed };
    await openMemoryStore(this.#world.world.store).insert(batchOf(`${tenant}-${index}`, [{ ...row, ...beside }], []));
    return { ...row, sealed: sealed.sealed };
  }
}

/** Somebody who may do everything. */
export const ADMINISTRATOR: Requester = {
  principal: {
    kind: 'user',
    id: 'user:dpo',
    subject: 'dpo',
    tenant: TENANT,
    roles: ['audit_admin'],
    permissions: [],
    credential: { id: 'c1' },
  } satisfies Principal,
  address: '192.0.2.1',
  requestId: 'r1',
};

/** An event of a person who has a name, an address and a network. */
export function eventOf(person: string, more: Partial<EventInput> = {}): EventInput {
  return {
    action: 'order.approve',
    actor: { id: person, name: `Name of ${person}`, email: `${person}@example.com` },
    source: { ip: '192.0.2.7' },
    ...more,
  };
}

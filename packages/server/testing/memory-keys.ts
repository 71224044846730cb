import { LocalMasterKey } from '../src/adapters/master-key/local-master-key.js';
import { MemoryClock } from '../src/adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../src/adapters/memory/memory-registry.js';
import { MemoryWorld } from '../src/adapters/memory/memory-world.js';
import type { MasterKey } from '../src/ports/master-key.js';
import type { Registry } from '../src/ports/registry.js';
import { KeyRotation } from '../src/privacy/keys/key-rotation.js';
import { SubjectKeys } from '../src/privacy/keys/subject-keys.js';
import { TenantKeys } from '../src/privacy/keys/tenant-keys.js';
import { seededBytes } from './random-bytes.js';

export interface MemoryKeysOptions {
  world?: MemoryWorld;
  registry?: Registry;
  masterKey?: MasterKey;
  clock?: MemoryClock;
  seed?: number;
  maxKeys?: number;
}

/** One node's keys over a registry in memory. Without {@link MemoryKeys.watch} it asks the registry every time. */
export class MemoryKeys {
  readonly world: MemoryWorld;
  readonly registry: Registry;
  readonly masterKey: MasterKey;
  readonly clock: MemoryClock;
  readonly tenantKeys: TenantKeys;
  readonly subjectKeys: SubjectKeys;
  readonly rotation: KeyRotation;
  readonly random: (count: number) => Uint8Array;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: MemoryKeysOptions = {}) {
    const { world = new MemoryWorld(), clock = new MemoryClock(), seed = 1, maxKeys = 1000 } = options;
    this.world = world;
    this.clock = clock;
    this.registry = options.registry ?? openMemoryRegistry(world.registry);
    this.random = seededBytes(seed);
    this.masterKey = options.masterKey ?? memoryMasterKey();
    const { registry, masterKey, random } = this;
    this.tenantKeys = new TenantKeys({ registry, masterKey, clock, random, maxTenants: 100 });
    this.subjectKeys = new SubjectKeys({ registry, tenantKeys: this.tenantKeys, clock, random, maxKeys });
    this.rotation = new KeyRotation({
      registry,
      masterKey,
      tenantKeys: this.tenantKeys,
      random,
      retireAfterMs: 3_600_000,
    });
  }

  /** Hears of changes from now on. */
  watch(): this {
    const { signal } = this.#stopping;
    this.#running = Promise.all([this.tenantKeys.run(signal), this.subjectKeys.run(signal)]);
    return this;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

/** A master key in memory: the keys of these numbers, the last one wraps. */
export function memoryMasterKey(...numbers: readonly number[]): MasterKey {
  const keys = (numbers.length === 0 ? [1] : numbers).map((number) => ({
    id: `m${number}`,
    key: new Uint8Array(32).fill(number),
  }));
  return new LocalMasterKey(keys, seededBytes(99));
}

/** Lets watchers hear what was written. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { openBootstrapKey } from '../src/access/bootstrap-key.js';
import { Credentials, type CredentialsParts } from '../src/access/credentials.js';
import type { Administrator } from '../src/access/delegation.js';
import { openPepper } from '../src/access/pepper.js';
import { LocalMasterKey } from '../src/adapters/master-key/local-master-key.js';
import { MemoryClock } from '../src/adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../src/adapters/memory/memory-registry.js';
import { MemoryWorld } from '../src/adapters/memory/memory-world.js';
import type { Registry } from '../src/ports/registry.js';
import { TenantDirectory } from '../src/tenants/tenant-directory.js';
import { samplePrincipal } from './principals.js';
import { RecordingAuditTrail } from './recording-audit-trail.js';

export const BOOTSTRAP = 'bootstrap-key-of-the-tests';
export const ADDRESS = '203.0.113.9';
export const CALLER = { address: ADDRESS, requestId: 'r1' };

export interface CredentialNodeOptions {
  world?: MemoryWorld;
  clock?: MemoryClock;
  /** In the place of a plain handle on the world. */
  registry?: Registry;
  parts?: Partial<CredentialsParts>;
}

export interface CredentialNode {
  credentials: Credentials;
  world: MemoryWorld;
  clock: MemoryClock;
  registry: Registry;
  tenants: TenantDirectory;
  audit: RecordingAuditTrail;
  /** What went wrong in the background. */
  troubles: string[];
  stop(): Promise<void>;
}

/** The credentials of one node over a world in memory, with cheap passwords and keys that are made at once. */
export async function startCredentials(options: CredentialNodeOptions = {}): Promise<CredentialNode> {
  const { world = new MemoryWorld(), clock = new MemoryClock() } = options;
  const registry = options.registry ?? openMemoryRegistry(world.registry);
  const masterKey = new LocalMasterKey([{ id: 'm1', key: Buffer.alloc(32, 1) }], randomBytes);
  const audit = new RecordingAuditTrail();
  const troubles: string[] = [];
  const tenants = new TenantDirectory({ registry, clock });
  const { key: bootstrapKey } = await openBootstrapKey(registry, BOOTSTRAP);
  const credentials = new Credentials({
    ...{ registry, masterKey, bootstrapKey, tenants, audit, clock },
    pepper: await openPepper(openMemoryRegistry(world.registry), masterKey, randomBytes),
    issuers: [],
    tokenIssuer: 'audit.example.com',
    tokenLifetimeMs: 15 * 60_000,
    sessionLifetimeMs: 30 * 86_400_000,
    tokenKeyLifetimeMs: 90 * 86_400_000,
    filterProblem: (text) => (text.includes('!') ? 'there is a "!"' : undefined),
    onTrouble: (part, error) => troubles.push(`${part}: ${error.message}`),
    fetch: async () => Promise.reject(new Error('there is no network in tests')),
    random: randomBytes,
    passwordCost: { memoryKiB: 32, passes: 1, lanes: 1 },
    makeTokenKey: async () => rsaKey(),
    ...options.parts,
  });
  const stopping = new AbortController();
  const running = Promise.all([credentials.run(stopping.signal), tenants.run(stopping.signal)]);
  await settle();
  return {
    ...{ credentials, world, clock, registry, tenants, audit, troubles },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Lets watchers hear what was written, and what waits for nothing but them go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An administrator of the tenant acme, or of another one, who may hand on everything. */
export function administrator(more: Partial<Administrator> = {}): Administrator {
  return { principal: samplePrincipal(), ...CALLER, mayDelegate: () => true, ...more };
}

/** An RSA key: a few are made once for each test file and given out in turn, since each costs a tenth of a second. */
export function rsaKey(): KeyObject {
  if (made.length < 3) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    made.push(privateKey);
    return privateKey;
  }
  given += 1;
  return made[given % made.length]!;
}

const made: KeyObject[] = [];
let given = 0;

import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import type { Principal } from '../access/principal.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withObjectsFaults, withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryObjects } from '../adapters/memory/memory-objects.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { AuditedAct } from '../audit/audit-trail.js';
import { blobKey } from '../intake/intake.js';
import { TenantDeletion, type TenantDeletionParts } from './tenant-deletion.js';

const by: { principal: Principal } = {
  principal: {
    kind: 'user',
    id: 'user:u1',
    subject: 'u1',
    tenant: undefined,
    roles: [],
    permissions: [],
    credential: { id: 't1' },
  },
};

let world: MemoryWorld;
let pipeline: MemoryPipeline;
let acts: AuditedAct[];
let tombstones: Map<string, string>;
let destroyed: string[];
let forgotten: string[];
let hold: Record<string, unknown> | undefined;
/** The calls since the deletion went on, and the one that fails. */
let calls: string[];
let failing: { call: number; fault: Fault } | undefined;

beforeEach(async () => {
  world = new MemoryWorld();
  acts = [];
  tombstones = new Map();
  destroyed = [];
  forgotten = [];
  hold = undefined;
  calls = [];
  failing = undefined;
  pipeline = openPipeline();
  for (const tenant of ['acme', 'other']) {
    const large = { id: 'large', action: 'order.approve', request: { text: 'x'.repeat(70_000) } };
    const values = [{ id: 'a', action: 'order.approve' }, large];
    await pipeline.intake.accept(tenant, { kind: 'values', values }, { atomic: true });
  }
  await pipeline.sealAll();
});

function openPipeline(): MemoryPipeline {
  const faults = new Faults((operation) => {
    calls.push(operation);
    return failing?.call === calls.length ? failing.fault : undefined;
  });
  return new MemoryPipeline({
    world,
    ports: {
      registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
      store: withStoreFaults(openMemoryStore(world.store), faults),
      objects: withObjectsFaults(openMemoryObjects(world.objects), faults),
    },
  });
}

/** A step beside the ports that can fail as they do. */
async function step(name: string, apply: () => void): Promise<void> {
  calls.push(name);
  const fault = failing?.call === calls.length ? failing.fault : undefined;
  if (fault !== 'fail') apply();
  if (fault !== undefined) throw new Error(`${name} failed`);
}

function deletionOf({ tenants, ports, progress, clock }: MemoryPipeline): TenantDeletion {
  const parts: TenantDeletionParts = {
    ...ports,
    tenants,
    progress,
    clock,
    audit: { record: (act) => step('audit', () => acts.push(act)), read: () => undefined },
    tombstone: async (tenant, deletedAt) => ({ note: `${tenant} ended at ${deletedAt}`, size: 2 }),
    keepTombstone: (tenant, note) =>
      step('tombstone', () => {
        if (!tombstones.has(tenant)) tombstones.set(tenant, note);
      }),
    holdOn: async () => hold,
    destroyKeys: (tenant) => step('keys', () => destroyed.push(tenant)),
    revokeAccess: (tenant) => step('access', () => destroyed.push(`access of ${tenant}`)),
    forgetEntries: (tenant) => forgotten.push(tenant),
    removeExports: (tenant) => step('exports', () => destroyed.push(`exports of ${tenant}`)),
    removeSearches: (tenant) => step('searches', () => destroyed.push(`searches of ${tenant}`)),
    blobPrefix: (tenant) => blobKey(tenant, ''),
  };
  return new TenantDeletion(parts);
}

const blobsOf = (tenant: string) => pipeline.ports.objects.list(blobKey(tenant, ''), { limit: 10 });

async function expectGone(): Promise<void> {
  failing = undefined;
  const acme = await pipeline.tenants.find('acme');
  expect(acme?.document).toMatchObject({ status: 'deleted', deletion: { requested_by: 'user:u1' } });
  expect(Object.keys(acme!.document).sort()).toEqual(['created_at', 'deletion', 'status']);
  expect(pipeline.logOf('acme')).toEqual([]);
  expect(await blobsOf('acme')).toEqual([]);
  expect(await pipeline.ports.store.nodeHashes('acme', 0, 0, 2)).toHaveLength(64);
  expect(tombstones.get('acme')).toMatch(/^acme ended/);
  expect(destroyed).toContain('acme');
  expect(destroyed).toContain('searches of acme');
  expect(forgotten).toContain('acme');
  expect(acts.map(({ tenant, action }) => [tenant, action])).toContainEqual(['system', 'tenant.erase']);
  expect(pipeline.logOf('other')).toEqual(['a', 'large']);
  expect(await blobsOf('other')).toHaveLength(1);
}

test('leaves the hashes and a tombstone, and nothing else; other tenants keep everything', async () => {
  const deletion = deletionOf(pipeline);
  await deletion.begin((await pipeline.tenants.find('acme'))!, by);
  await deletion.finish('acme');
  await expectGone();
  expect(acts.at(-1)).toMatchObject({ metadata: { events: 2, log_size: 2, requested_by: 'user:u1' } });
  const late = pipeline.intake.accept(
    'acme',
    { kind: 'values', values: [{ id: 'z', action: 'order.approve' }] },
    { atomic: false },
  );
  await expect(late).rejects.toMatchObject({ code: 'tenant-gone' });
});

test('is not begun while there is a hold', async () => {
  hold = { id: 'h1', reason: 'case 7' };
  const tenant = (await pipeline.tenants.find('acme'))!;
  await expect(deletionOf(pipeline).begin(tenant, by)).rejects.toMatchObject({
    code: 'hold-in-force',
    members: { hold: { id: 'h1' } },
  });
  expect((await pipeline.tenants.find('acme'))?.document.status).toBeUndefined();
});

test('takes what was acknowledged before it, and not sealed yet', async () => {
  const tenant = (await pipeline.tenants.find('acme'))!;
  const values = [{ id: 'late', action: 'order.approve' }];
  await pipeline.intake.accept('acme', { kind: 'values', values }, { atomic: true });
  const deletion = deletionOf(pipeline);
  await deletion.begin(tenant, by);
  const finishing = deletion.finish('acme');
  await pipeline.sealAll();
  await finishing;
  await expectGone();
});

describe('that fails or is killed at any step is carried through by whoever comes next', () => {
  test.each<Fault>(['fail', 'fail-after'])('%s', async (fault) => {
    const begun = deletionOf(pipeline);
    await begun.begin((await pipeline.tenants.find('acme'))!, by);
    calls = [];
    let failures = 0;
    for (let call = 1; ; call++) {
      // Another process, which remembers nothing.
      const { tenants, progress } = openPipeline();
      progress.advance(pipeline.progress.sealedThrough);
      pipeline = Object.assign(openPipeline(), { tenants, progress });
      calls = [];
      failing = { call, fault };
      const failed = await deletionOf(pipeline)
        .finishAll()
        .then(
          () => false,
          () => true,
        );
      if (failed) failures += 1;
      if (calls.length < call) break;
    }
    expect(failures).toBeGreaterThan(5);
    await expectGone();
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { RoleDirectory } from './role-directory.js';
import { MAX_ROLE_DEPTH, MAX_ROLES_PER_SCOPE, type RoleDocument } from './role-document.js';

const TIME = '2025-10-06T12:54:12.000000000Z';
const LATER = '2025-10-07T12:54:12.000000000Z';

let world: MemoryWorld;
let fault: Fault | undefined;
let changed: string[];
let roles: RoleDirectory;

beforeEach(() => {
  world = new MemoryWorld();
  [fault, changed] = [undefined, []];
  const faults = new Faults((operation) => (/put|delete/.test(operation) ? fault : undefined));
  roles = new RoleDirectory({
    registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
    documents: { changed: (key) => void changed.push(key) },
  });
});

const role = (...inherits: string[]): RoleDocument => ({ inherits, created_at: TIME, updated_at: TIME });
const names = async (scope: string | undefined) => (await roles.list(scope)).map(({ name }) => name);
const refused = (code: string) => expect.objectContaining({ code });

describe('a role', () => {
  test('is made, found, listed, replaced and deleted, in its scope only', async () => {
    const made = await roles.create('acme', 'ops', { ...role(), template: 'module_reader' });
    expect(await roles.get('acme', 'ops')).toEqual(made);
    await expect(roles.get('other', 'ops')).rejects.toEqual(refused('role-unknown'));
    await expect(roles.get(undefined, 'ops')).rejects.toEqual(refused('role-unknown'));
    expect([await names('acme'), await names('acm'), await names(undefined)]).toEqual([['ops'], [], []]);
    const replaced = await roles.replace(made, { description: 'new' }, LATER);
    expect(replaced.document).toEqual({
      description: 'new',
      template: 'module_reader',
      created_at: TIME,
      updated_at: LATER,
    });
    expect(replaced.revision).not.toBe(made.revision);
    await roles.delete(replaced);
    await expect(roles.get('acme', 'ops')).rejects.toEqual(refused('role-unknown'));
    expect(changed).toEqual(['role.acme.ops', 'role.acme.ops', 'role.acme.ops']);
  });

  test.each(['', 'Ops', 'a.b', '../x', 'x'.repeat(64), '*'])('is not found by the name %j', async (name) => {
    await expect(roles.get('acme', name)).rejects.toEqual(refused('role-unknown'));
  });

  test('is not changed or deleted by who does not know its last change', async () => {
    const made = await roles.create('acme', 'ops', role());
    await roles.replace(made, { description: 'one' }, LATER);
    await expect(roles.replace(made, { description: 'two' }, LATER)).rejects.toEqual(refused('revision-lost'));
    await expect(roles.delete(made)).rejects.toEqual(refused('revision-lost'));
    expect((await roles.get('acme', 'ops')).document.description).toBe('one');
  });
});

describe('a name', () => {
  test('is taken once, and those of built-in roles and of the deployment are taken', async () => {
    await roles.create('acme', 'ops', role());
    await roles.create(undefined, 'shared', role());
    for (const name of ['ops', 'shared', 'admin']) {
      await expect(roles.create('acme', name, role())).rejects.toEqual(refused('role-exists'));
    }
    await roles.create('other', 'ops', role());
  });

  test('is taken by one of two that come at once', async () => {
    const both = await Promise.allSettled([roles.create('acme', 'ops', role()), roles.create('acme', 'ops', role())]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('roles that inherit each other', () => {
  test('in a circle are refused, whichever of them would close it', async () => {
    await roles.create('acme', 'a', role('b'));
    await expect(roles.create('acme', 'b', role('a'))).rejects.toEqual(refused('role-invalid'));
    const b = await roles.create('acme', 'b', role('auditor'));
    await expect(roles.replace(b, role('a'), LATER)).rejects.toEqual(refused('role-invalid'));
    await expect(roles.create('acme', 'c', role('c'))).rejects.toEqual(refused('role-invalid'));
    expect(await names('acme')).toEqual(['a', 'b']);
  });

  test('are as deep as the bound and no deeper, also where the lowest one changes', async () => {
    const chain = Array.from({ length: MAX_ROLE_DEPTH }, (_, i) => `r${i}`);
    for (const [i, name] of chain.entries()) await roles.create('acme', name, role(...chain.slice(i + 1, i + 2)));
    await expect(roles.create('acme', 'above', role('r0'))).rejects.toEqual(refused('role-invalid'));
    const lowest = await roles.get('acme', chain.at(-1)!);
    await expect(roles.replace(lowest, role('auditor'), LATER)).rejects.toEqual(refused('role-invalid'));
  });

  test('keep each other from being deleted', async () => {
    const base = await roles.create('acme', 'base', role());
    const heir = await roles.create('acme', 'heir', role('base'));
    await expect(roles.delete(base)).rejects.toEqual(refused('role-in-use'));
    await roles.delete(heir);
    await roles.delete(base);
  });
});

test('there are as many roles in a scope as the bound, and no more', async () => {
  for (let i = 0; i < MAX_ROLES_PER_SCOPE; i += 1) await roles.create('acme', `r${i}`, role());
  await expect(roles.create('acme', 'more', role())).rejects.toEqual(refused('role-limit'));
  await roles.create('other', 'more', role());
}, 60_000);

describe('a write that fails', () => {
  test.each(['fail', 'fail-after'] as const)(
    'with %s is told as such, and its outcome is looked at anew',
    async (how) => {
      const kept = await roles.create('acme', 'kept', role());
      changed = [];
      fault = how;
      await expect(roles.create('acme', 'ops', role())).rejects.toEqual(refused('registry-unavailable'));
      await expect(roles.replace(kept, { description: 'new' }, LATER)).rejects.toEqual(refused('registry-unavailable'));
      fault = undefined;
      // Nothing that was remembered before outlives a write whose outcome is not known.
      expect(changed).toEqual(['role.acme.ops', 'role.acme.kept']);
      const isApplied = how === 'fail-after';
      expect(await names('acme')).toEqual(isApplied ? ['kept', 'ops'] : ['kept']);
      const now = await roles.get('acme', 'kept');
      expect(now.document.description).toBe(isApplied ? 'new' : undefined);
      fault = how;
      await expect(roles.delete(now)).rejects.toEqual(refused('registry-unavailable'));
      fault = undefined;
      expect(await names('acme')).toEqual(isApplied ? ['ops'] : ['kept']);
    },
  );
});

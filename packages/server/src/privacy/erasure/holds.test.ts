import { beforeEach, describe, expect, test } from 'vitest';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../adapters/memory/memory-world.js';
import type { Registry } from '../../ports/registry.js';
import { type ErasureDocument, erasureKey, markKey } from './erasure-document.js';
import type { HoldDocument } from './hold-document.js';
import { Holds } from './holds.js';

const TAG = 'A'.repeat(22);
let registry: Registry;
let holds: Holds;

beforeEach(() => {
  registry = openMemoryRegistry(new MemoryWorld().registry);
  holds = new Holds(registry);
});

const hold = (id: string, more: Partial<HoldDocument> = {}): HoldDocument => ({
  id,
  reason: 'r',
  set_at: '2025-10-06T12:00:00Z',
  set_by: 'user:1',
  ...more,
});

async function erasure(id: string, state: ErasureDocument['state'], tags = [TAG], tenant = 'acme'): Promise<void> {
  const document: ErasureDocument = { id, state, tags, requested_at: '', requested_by: 'user:1' };
  await registry.put(markKey(tenant, id), { made_at: '' }, 0);
  await registry.put(erasureKey(tenant, id), document, 0);
}
const stateOf = async (id: string) => (await registry.get<ErasureDocument>(erasureKey('acme', id)))?.value.state;

describe('holds', () => {
  test('are set, listed in pages, found and lifted', async () => {
    for (const id of ['a', 'b', 'c']) await holds.set('acme', hold(id));
    await holds.set('acme-2', hold('x'));
    expect((await holds.list('acme', { limit: 2 })).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await holds.list('acme', { after: 'b', limit: 9 })).map(({ id }) => id)).toEqual(['c']);
    expect(await holds.get('acme', 'b')).toEqual(hold('b'));
    expect(await holds.lift('acme', 'b')).toEqual(hold('b'));
    for (const id of ['b', 'x', '', 'a.b', '../a']) {
      await expect(holds.get('acme', id)).rejects.toMatchObject({ code: 'hold-unknown' });
      await expect(holds.lift('acme', id)).rejects.toMatchObject({ code: 'hold-unknown' });
    }
  });

  test('forbid what they cover: everything, or what lies under their tags', async () => {
    expect(await holds.forbidding('acme')).toBeUndefined();
    await holds.set('acme', hold('a', { subject: 'u1', tags: [TAG] }));
    expect(await holds.forbidding('acme', ['B'.repeat(22), TAG])).toMatchObject({ id: 'a' });
    expect(await holds.forbidding('acme', ['B'.repeat(22)])).toBeUndefined();
    expect(await holds.forbidding('acme', [])).toBeUndefined();
    expect(await holds.forbidding('acme')).toMatchObject({ id: 'a' });
    await holds.set('acme', hold('b'));
    expect(await holds.forbidding('acme', [])).toMatchObject({ id: 'b' });
    expect(await holds.forbidding('other')).toBeUndefined();
  });

  test('are found among many', async () => {
    for (let i = 0; i < 1100; i++) await holds.set('acme', hold(`h${i}`, { tags: ['B'.repeat(22)] }));
    await holds.set('acme', hold('z', { tags: [TAG] }));
    expect(await holds.forbidding('acme', [TAG])).toMatchObject({ id: 'z' });
  });
});

describe('a new hold', () => {
  test('stops the erasures that it covers and that have destroyed nothing, and names those that have', async () => {
    await erasure('e1', 'planned');
    await erasure('e2', 'planned', ['B'.repeat(22)]);
    await erasure('e3', 'destroying');
    await erasure('e4', 'removing');
    await erasure('e5', 'planned', [TAG], 'other');
    await registry.put(markKey('acme', 'e6'), { made_at: '' }, 0);
    const { tooLate } = await holds.set('acme', hold('h', { subject: 'u1', tags: [TAG] }));
    expect(tooLate).toEqual(['e3', 'e4']);
    expect([await stateOf('e1'), await stateOf('e2'), await stateOf('e3')]).toEqual(['held', 'planned', 'destroying']);
    expect((await registry.get<ErasureDocument>(erasureKey('other', 'e5')))?.value.state).toBe('planned');
  });

  test('on the tenant stops them all', async () => {
    await erasure('e1', 'planned');
    await erasure('e2', 'planned', []);
    await holds.set('acme', hold('h'));
    expect([await stateOf('e1'), await stateOf('e2')]).toEqual(['held', 'held']);
  });
});

import { expect, test } from 'vitest';
import { openMemoryRegistry } from './adapters/memory/memory-registry.js';
import { MemoryWorld } from './adapters/memory/memory-world.js';
import { openDeployment, StartError } from './deployment.js';

test('the first start settles the name and the time; later ones read them', async () => {
  const registry = openMemoryRegistry(new MemoryWorld().registry);
  const first = await openDeployment(registry, '2025-10-06T12:54:12.000000000Z', 'audit.example');
  expect(first).toEqual({ created_at: '2025-10-06T12:54:12.000000000Z', origin: 'audit.example' });
  expect(await openDeployment(registry, '2030-01-01T00:00:00.000000000Z', 'audit.example')).toEqual(first);
});

test('another name is refused, with words that say which one to set', async () => {
  const registry = openMemoryRegistry(new MemoryWorld().registry);
  await openDeployment(registry, '2025-10-06T12:54:12.000000000Z', 'audit.example');
  const again = openDeployment(registry, '2025-10-06T12:54:12.000000000Z', 'other.example');
  await expect(again).rejects.toBeInstanceOf(StartError);
  await expect(again).rejects.toThrow(/ATTESTLOG_ORIGIN=audit\.example/);
});

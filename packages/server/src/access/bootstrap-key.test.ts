import { describe, expect, test } from 'vitest';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { openBootstrapKey } from './bootstrap-key.js';

describe('a key that was made', () => {
  test('is in force on later starts, which know its hash only', async () => {
    const world = new MemoryWorld();
    const { key, made } = await openBootstrapKey(openMemoryRegistry(world.registry), undefined);
    await made!.keep();
    expect(made!.text).toMatch(/^attestlog_[A-Za-z0-9_-]{43}$/);
    expect(key.matches(made!.text)).toBe(true);
    const later = await openBootstrapKey(openMemoryRegistry(world.registry), undefined);
    expect(later.made).toBeUndefined();
    expect(later.key.matches(made!.text)).toBe(true);
    expect(later.key.matches(`${made!.text}x`)).toBe(false);
    expect(later.key.matches('')).toBe(false);
    expect(JSON.stringify([...world.registry.documents])).not.toContain(made!.text);
  });

  test('and not kept, as a start that failed had no chance to show it, is replaced by the next start', async () => {
    const registry = openMemoryRegistry(new MemoryWorld().registry);
    const first = await openBootstrapKey(registry, undefined);
    const second = await openBootstrapKey(registry, undefined);
    expect(second.made?.text).toBeDefined();
    expect(second.made?.text).not.toBe(first.made?.text);
  });
});

test('a key that is configured wins, and is not kept', async () => {
  const world = new MemoryWorld();
  const registry = openMemoryRegistry(world.registry);
  const made = (await openBootstrapKey(registry, undefined)).made!;
  await made.keep();
  const { key, made: another } = await openBootstrapKey(registry, 'configured-key-of-24-characters');
  expect(another).toBeUndefined();
  expect(key.matches('configured-key-of-24-characters')).toBe(true);
  expect(key.matches(made.text)).toBe(false);
  expect(world.registry.documents.size).toBe(1);
});

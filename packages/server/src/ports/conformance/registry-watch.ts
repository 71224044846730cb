import { expect, test } from 'vitest';
import type { Registry, RegistryChange } from '../registry.js';

export function describeRegistryWatch(registry: () => Registry): void {
  test('a watcher sees what changes after the call under its prefix, and no other', async () => {
    const before = await registry().put('head.a', 0, 0);
    const abort = new AbortController();
    const changes = registry().watch('head.', abort.signal)[Symbol.asyncIterator]();
    await registry().put('tenant.a', 1, 0);
    const revision = await registry().put('head.b', { size: 1 }, 0);
    expect(await next(changes)).toEqual({ key: 'head.b', document: { key: 'head.b', value: { size: 1 }, revision } });
    await registry().delete('head.a', before);
    expect(await next(changes)).toEqual({ key: 'head.a' });
    abort.abort();
    expect(await changes.next()).toMatchObject({ done: true });
  });

  test('a watcher that waits is woken, and ended by its signal', async () => {
    const abort = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { key } of registry().watch('', abort.signal)) {
        seen.push(key);
        if (key === 'last') abort.abort();
      }
    })();
    await registry().put('first', 1, 0);
    await registry().put('last', 1, 0);
    await watching;
    expect(seen).toEqual(['first', 'last']);
  });

  test('a slow watcher misses older changes of a key, never its newest, and sees them in order', async () => {
    const abort = new AbortController();
    const changes = registry().watch('', abort.signal)[Symbol.asyncIterator]();
    let [a, b] = [0, 0];
    for (let count = 0; count < 50; count += 1) {
      a = await registry().put('a', count, a);
      b = await registry().put('b', count, b);
    }
    const seen = new Map<string, number>();
    while (seen.get('a') !== a || seen.get('b') !== b) {
      const { key, document } = await next(changes);
      expect(document!.revision).toBeGreaterThan(seen.get(key) ?? 0);
      seen.set(key, document!.revision);
    }
    abort.abort();
  });

  test('a refused or conflicting write is no change', async () => {
    const abort = new AbortController();
    const changes = registry().watch('', abort.signal)[Symbol.asyncIterator]();
    await registry()
      .put('a', 1, 99)
      .catch(() => undefined);
    await registry().putMany([{ key: 'b', value: 1, expectedRevision: 99 }]);
    await registry().put('c', 1, 0);
    expect((await next(changes)).key).toBe('c');
    abort.abort();
  });

  test('watchers do not disturb each other, and one that leaves its loop is done', async () => {
    const abort = new AbortController();
    const [one, other] = [registry().watch('', abort.signal), registry().watch('', abort.signal)];
    await registry().put('a', 1, 0);
    for await (const { key } of one) {
      expect(key).toBe('a');
      break;
    }
    const changes = other[Symbol.asyncIterator]();
    expect((await next(changes)).key).toBe('a');
    await registry().put('b', 1, 0);
    expect((await next(changes)).key).toBe('b');
    abort.abort();
  });

  test('watching with a signal that is aborted already ends at once', async () => {
    const changes = registry().watch('', AbortSignal.abort())[Symbol.asyncIterator]();
    expect(await changes.next()).toMatchObject({ done: true });
  });
}

async function next(changes: AsyncIterator<RegistryChange>): Promise<RegistryChange> {
  const { value, done } = await changes.next();
  if (done) throw new Error('the watch ended');
  return value;
}

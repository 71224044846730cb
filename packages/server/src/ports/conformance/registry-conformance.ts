import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_DOCUMENT_BYTES, type Registry } from '../registry.js';
import type { RegistryHarness } from './registry-harness.js';
import { describeRegistryModel } from './registry-model.js';
import { describeRegistryWatch } from './registry-watch.js';

/** Tests what the port promises. `open` gives a new, empty registry. */
export function describeRegistry(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`${name}: registry`, () => {
    const context = { harness: undefined as unknown as RegistryHarness };
    beforeEach(async () => {
      context.harness = await open();
    });
    afterEach(() => context.harness.dispose());
    const registry = () => context.harness.registry;
    const reopen = async () => {
      context.harness = { ...context.harness, registry: await context.harness.reopen() };
    };

    describeDocuments(registry, reopen);
    describeSwaps(registry);
    describeList(registry);
    describeListedWrites(registry);
    describeRefusals(registry);
    describeRegistryWatch(registry);
    describeRegistryModel(open);
  });
}

function describeDocuments(registry: () => Registry, reopen: () => Promise<void>): void {
  test('a document comes back as it was, also after opening again', async () => {
    const value = { text: 'ü\u0000"😀', number: 1.5, list: [1, null, { deep: true }], empty: {} };
    const revision = await registry().put('tenant.acme', value, 0);
    expect(revision).toBeGreaterThan(0);
    for (let round = 0; round < 2; round += 1) {
      expect(await registry().get('tenant.acme')).toEqual({ key: 'tenant.acme', value, revision });
      await reopen();
    }
  });

  test('what is handed out is the reader’s own', async () => {
    await registry().put('a', { list: [1] }, 0);
    (await registry().get<{ list: number[] }>('a'))!.value.list.push(2);
    expect((await registry().get('a'))?.value).toEqual({ list: [1] });
  });

  test('values that are not objects, and the largest one', async () => {
    const largest = 'x'.repeat(MAX_DOCUMENT_BYTES - 2);
    for (const [place, value] of ['', 0, false, null, [], largest].entries()) {
      await registry().put(`v.${place}`, value, 0);
      expect((await registry().get(`v.${place}`))?.value).toEqual(value);
    }
  });

  test('getMany answers in the order of the keys', async () => {
    await registry().put('a', 1, 0);
    await registry().put('b', 2, 0);
    const documents = await registry().getMany<number>(['b', 'absent', 'a', 'b']);
    expect(documents.map((document) => document?.value)).toEqual([2, undefined, 1, 2]);
    expect(await registry().getMany([])).toEqual([]);
  });

  test('a deleted document is gone, for good; made again it has a later revision', async () => {
    const first = await registry().put('a', 1, 0);
    await registry().put('b', 1, 0);
    await registry().delete('a', first);
    await reopen();
    expect(await registry().get('a')).toBeUndefined();
    expect(await registry().put('a', 2, 0)).toBeGreaterThan(first);
  });
}

function describeSwaps(registry: () => Registry): void {
  const conflict = { kind: 'conflict' };

  test('a write needs the revision that the document has, and changes nothing otherwise', async () => {
    const first = await registry().put('a', 1, 0);
    await expect(registry().put('a', 2, 0)).rejects.toMatchObject(conflict);
    const second = await registry().put('a', 2, first);
    expect(second).toBeGreaterThan(first);
    await expect(registry().put('a', 3, first)).rejects.toMatchObject(conflict);
    await expect(registry().put('b', 3, second)).rejects.toMatchObject(conflict);
    expect(await registry().get('a')).toMatchObject({ value: 2, revision: second });
    expect(await registry().get('b')).toBeUndefined();
  });

  test('so does a delete', async () => {
    const first = await registry().put('a', 1, 0);
    const second = await registry().put('a', 2, first);
    await expect(registry().delete('a', first)).rejects.toMatchObject(conflict);
    await expect(registry().delete('b', first)).rejects.toMatchObject(conflict);
    await expect(registry().delete('b', 0)).rejects.toMatchObject(conflict);
    await registry().delete('a', second);
    await expect(registry().delete('a', second)).rejects.toMatchObject(conflict);
  });

  test('of many that race for a revision, one wins', async () => {
    const racers = Array.from({ length: 20 }, (_, place) => registry().put('a', place, 0));
    const outcomes = await Promise.allSettled(racers);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(conflict);
    expect((await registry().get('a'))?.value).toBe(winner);
  });

  test('counters that are read, raised and swapped at once lose nothing', async () => {
    await registry().put('count', 0, 0);
    const raise = async () => {
      for (;;) {
        const { value, revision } = (await registry().get<number>('count'))!;
        const [result] = await registry().putMany([{ key: 'count', value: value + 1, expectedRevision: revision }]);
        if (result?.ok) return;
      }
    };
    await Promise.all(Array.from({ length: 10 }, raise));
    expect((await registry().get('count'))?.value).toBe(10);
  });

  test('many writes in one go each stand or fall alone', async () => {
    const first = await registry().put('a', 1, 0);
    const results = await registry().putMany([
      { key: 'a', value: 2, expectedRevision: first },
      { key: 'b', value: 2, expectedRevision: first },
      { key: 'c', value: 2, expectedRevision: 0 },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    const documents = await registry().getMany(['a', 'b', 'c']);
    for (const [place, result] of results.entries()) {
      expect(documents[place]?.revision).toBe(result.ok ? result.revision : undefined);
    }
    expect(await registry().putMany([])).toEqual([]);
  });
}

function describeList(registry: () => Registry): void {
  const KEYS = ['a', 'a-b', 'a.b', 'a.b.c', 'a0', 'aB', 'a_b', 'ab', 'b.a', 'b.b'];

  test('is in the order of the keys, page by page', async () => {
    await registry().putMany([...KEYS].reverse().map((key) => ({ key, value: { key }, expectedRevision: 0 })));
    const list = async (prefix: string, options: { afterKey?: string; limit: number }) =>
      (await registry().list(prefix, options)).map(({ key }) => key);
    const all = [...KEYS].sort();
    expect(await list('', { limit: 99 })).toEqual(all);
    expect(await list('a.', { limit: 99 })).toEqual(['a.b', 'a.b.c']);
    expect(await list('a.b', { limit: 99 })).toEqual(['a.b', 'a.b.c']);
    expect(await list('c', { limit: 99 })).toEqual([]);
    expect(await list('b.', { afterKey: 'a', limit: 99 })).toEqual(['b.a', 'b.b']);
    expect(await list('a', { afterKey: 'b', limit: 99 })).toEqual([]);
    expect(await list('', { limit: 0 })).toEqual([]);
    const paged: string[] = [];
    for (let page = await list('', { limit: 3 }); page.length > 0; ) {
      paged.push(...page);
      page = await list('', { afterKey: page.at(-1)!, limit: 3 });
    }
    expect(paged).toEqual(all);
    const [document] = await registry().list('a-', { limit: 1 });
    expect(document).toEqual(await registry().get('a-b'));
  });
}

function describeListedWrites(registry: () => Registry): void {
  test('is of everything that was written, changed and deleted before it', async () => {
    const list = async () => (await registry().list('w.', { limit: 1000 })).map(({ key, value }) => [key, value]);
    const write = async (key: string) => {
      const first = await registry().put(key, 1, 0);
      expect(await list()).toContainEqual([key, 1]);
      const [second] = await registry().putMany([{ key, value: 2, expectedRevision: first }]);
      expect(await list()).toContainEqual([key, 2]);
      if (!second?.ok) throw new Error('the revision was the last one');
      await registry().delete(key, second.revision);
      expect((await list()).map(([listed]) => listed)).not.toContain(key);
    };
    await Promise.all(Array.from({ length: 30 }, (_, place) => write(`w.${place}`)));
    expect(await list()).toEqual([]);
  });
}

function describeRefusals(registry: () => Registry): void {
  const refused = { kind: 'refused' };

  test('malformed keys are refused', async () => {
    const hostile = ['', '.', 'a.', '.a', 'a..b', 'a b', 'a/b', '../a', 'ä', 'a\0', 'a\n', '*', '>', 'x'.repeat(257)];
    for (const key of hostile) {
      await expect(registry().put(key, 1, 0)).rejects.toMatchObject(refused);
      await expect(registry().get(key)).rejects.toMatchObject(refused);
      await expect(registry().delete(key, 1)).rejects.toMatchObject(refused);
    }
    await registry().put('x'.repeat(256), 1, 0);
    expect(await registry().list('', { limit: 9 })).toHaveLength(1);
  });

  test('values without JSON, or too large, are refused, with all the writes of their call', async () => {
    for (const value of [undefined, () => 1, 'x'.repeat(MAX_DOCUMENT_BYTES)]) {
      await expect(registry().put('a', value, 0)).rejects.toMatchObject(refused);
      const writes = [
        { key: 'b', value: 1, expectedRevision: 0 },
        { key: 'a', value, expectedRevision: 0 },
      ];
      await expect(registry().putMany(writes)).rejects.toMatchObject(refused);
    }
    expect(await registry().list('', { limit: 9 })).toEqual([]);
  });

  test('close waits for writes under way; later calls fail with closed', async () => {
    const put = registry().put('a', 1, 0);
    await registry().close();
    await put;
    for (const call of [
      () => registry().get('a'),
      () => registry().getMany(['a']),
      () => registry().put('a', 1, 0),
      () => registry().putMany([{ key: 'a', value: 1, expectedRevision: 0 }]),
      () => registry().delete('a', 1),
      () => registry().list('', { limit: 1 }),
    ]) {
      await expect(call()).rejects.toMatchObject({ kind: 'closed' });
    }
  });
}

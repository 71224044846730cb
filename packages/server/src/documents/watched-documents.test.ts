import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { Registry } from '../ports/registry.js';
import { WatchedDocuments } from './watched-documents.js';

let world: MemoryWorld;
let registry: Registry;
let other: Registry;
let stopping: AbortController;
let running: Promise<void>;
let documents: WatchedDocuments<string>;
let reads: string[];
let holdReads: Promise<void> | undefined;
let failWatch: ((error: Error) => void) | undefined;
let clock: MemoryClock;

beforeEach(() => {
  world = new MemoryWorld();
  registry = openMemoryRegistry(world.registry);
  other = openMemoryRegistry(world.registry);
  stopping = new AbortController();
  reads = [];
  holdReads = undefined;
  clock = new MemoryClock();
  documents = new WatchedDocuments<string>({
    clock,
    prefix: 'role.',
    maxDocuments: 2,
    registry: {
      async get<D>(key: string) {
        reads.push(key);
        const found = await registry.get<D>(key);
        await holdReads;
        return found;
      },
      async getMany<D>(keys: readonly string[]) {
        reads.push(keys.join());
        const found = await registry.getMany<D>(keys);
        await holdReads;
        return found;
      },
      watch(prefix, signal) {
        const broken = new AbortController();
        let cause: Error | undefined;
        failWatch = (error) => {
          cause = error;
          broken.abort();
        };
        return (async function* () {
          yield* registry.watch(prefix, AbortSignal.any([signal, broken.signal]));
          if (cause !== undefined) throw cause;
        })();
      },
    },
  });
  running = documents.run(stopping.signal);
});

afterEach(async () => {
  stopping.abort();
  await running;
});

const value = async (key: string) => (await documents.get(key))?.value;
/** Lets watchers hear what was written. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test('a document is read once, also one that is not there, and again after another process changed it', async () => {
  const revision = await other.put('role.a', 'one', 0);
  await settle();
  expect([await value('role.a'), await value('role.a'), await value('role.b'), await value('role.b')]).toEqual([
    'one',
    'one',
    undefined,
    undefined,
  ]);
  expect(reads).toEqual(['role.a', 'role.b']);
  await other.put('role.a', 'two', revision);
  await other.put('role.b', 'new', 0);
  await settle();
  expect([await value('role.a'), await value('role.b')]).toEqual(['two', 'new']);
  expect(documents.hits).toBe(2);
});

test('what is remembered is there at once', async () => {
  await documents.get('role.a');
  expect(documents.get('role.a')).toBeUndefined();
});

test('what was read before a change and arrives after it is not remembered', async () => {
  const revision = await other.put('role.a', 'old', 0);
  await settle();
  let release = () => {};
  holdReads = new Promise((resolve) => {
    release = resolve;
  });
  const late = value('role.a');
  await settle();
  await other.put('role.a', 'new', revision);
  await settle();
  release();
  expect(await late).toBe('old');
  expect(await value('role.a')).toBe('new');
});

test('two that ask at once cause one read', async () => {
  await Promise.all([documents.get('role.a'), documents.get('role.a')]);
  expect(reads).toEqual(['role.a']);
});

test('while the watch is broken nothing is remembered, and listeners hear that anything may have changed', async () => {
  const heard: (string | undefined)[] = [];
  documents.onChange((key) => heard.push(key));
  await value('role.a');
  failWatch?.(new Error('gone'));
  await settle();
  expect(heard).toEqual([undefined]);
  await value('role.a');
  await value('role.a');
  expect(reads).toEqual(['role.a', 'role.a', 'role.a']);
  clock.advance(1000);
  await settle();
  await value('role.a');
  await value('role.a');
  expect(reads).toHaveLength(4);
  await other.put('role.a', 'new', 0);
  await settle();
  expect(await value('role.a')).toBe('new');
});

test('of many documents only those that are not remembered are asked for, in one question', async () => {
  await other.put('role.b', 'b', 0);
  await settle();
  await value('role.b');
  const many = async (...keys: string[]) => (await documents.getMany(keys)).map((found) => found?.value);
  expect(await many('role.a', 'role.b', 'role.a')).toEqual([undefined, 'b', undefined]);
  expect(reads).toEqual(['role.b', 'role.a']);
  expect(documents.getMany(['role.b', 'role.a'])).toEqual([expect.objectContaining({ value: 'b' }), undefined]);
  await other.put('role.a', 'a', 0);
  await settle();
  expect(await many('role.b', 'role.a')).toEqual(['b', 'a']);
  expect(await many()).toEqual([]);
});

test('many that were read before a change and arrive after it are not remembered', async () => {
  let release = () => {};
  holdReads = new Promise((resolve) => {
    release = resolve;
  });
  const late = documents.getMany(['role.a', 'role.b']);
  await settle();
  await other.put('role.a', 'new', 0);
  await settle();
  release();
  expect(await late).toEqual([undefined, undefined]);
  expect(await value('role.a')).toBe('new');
});

test('a failing read is not remembered', async () => {
  await registry.close();
  await expect(documents.get('role.a')).rejects.toThrow();
  await expect(documents.getMany(['role.a'])).rejects.toThrow();
  await expect(documents.get('role.a')).rejects.toThrow();
});

test('no more documents are remembered than the bound', async () => {
  for (const key of ['role.a', 'role.b', 'role.c', 'role.a']) await value(key);
  expect(reads).toHaveLength(4);
});

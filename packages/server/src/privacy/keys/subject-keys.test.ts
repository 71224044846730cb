import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryKeys, settle } from '../../../testing/memory-keys.js';
import { type Fault, Faults } from '../../adapters/memory/faults.js';
import { withRegistryFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../adapters/memory/memory-world.js';
import { REGISTRY_KEY } from '../../ports/registry.js';
import { type SubjectKey, type SubjectKeyDocument, subjectKeyKey } from './subject-key-document.js';

let world: MemoryWorld;
let keys: MemoryKeys;
let asked: string[];

beforeEach(() => {
  world = new MemoryWorld();
  asked = [];
  const counting = new Faults((operation) => {
    asked.push(operation);
    return undefined;
  });
  keys = new MemoryKeys({ world, registry: withRegistryFaults(openMemoryRegistry(world.registry), counting) }).watch();
});
afterEach(() => keys.stop());

const keyOf = async (subject: string, node = keys): Promise<SubjectKey> => {
  const { subjects } = await node.subjectKeys.keysFor('acme', [subject]);
  return subjects.get(subject)!;
};
const documentOf = async ({ tag }: SubjectKey) =>
  (await keys.registry.get<SubjectKeyDocument>(subjectKeyKey('acme', tag)))?.value;

describe('the key of a subject', () => {
  test('is its own, the same for every node, and another one in another tenant', async () => {
    const { subjects, blindKey } = await keys.subjectKeys.keysFor('acme', ['u1', 'u2', 'u1']);
    expect([...subjects.keys()]).toEqual(['u1', 'u2']);
    expect(subjects.get('u1')?.key).not.toEqual(subjects.get('u2')?.key);
    expect(subjects.get('u1')).toMatchObject({ generation: 1, tag: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) });
    expect(await keyOf('u1', new MemoryKeys({ world, seed: 5 }))).toEqual(subjects.get('u1'));
    const other = await keys.subjectKeys.keysFor('other', ['u1']);
    expect(other.subjects.get('u1')).not.toEqual(subjects.get('u1'));
    expect(other.subjects.get('u1')?.tag).not.toBe(subjects.get('u1')?.tag);
    expect(other.blindKey).not.toEqual(blindKey);
  });

  test('lies in one document each, wrapped, whose key says nothing of whose it is', async () => {
    const key = await keyOf('jane@company.com');
    const [stored] = [...world.registry.documents].filter(([name]) => name.startsWith('subject-key.acme.'));
    expect(stored![0]).toBe(subjectKeyKey('acme', key.tag));
    expect(REGISTRY_KEY.test(stored![0])).toBe(true);
    expect(stored![1].json).not.toContain('jane');
    expect(stored![1].json).not.toContain(Buffer.from(key.key).toString('base64').slice(0, 40));
    expect(REGISTRY_KEY.test(subjectKeyKey('x'.repeat(63), key.tag))).toBe(true);
  });

  test('is remembered: a thousand are there at once, with no question to the registry', async () => {
    const subjects = Array.from({ length: 1000 }, (_, i) => `u${i}`);
    await keys.subjectKeys.keysFor('acme', subjects);
    await settle();
    await keys.subjectKeys.keysFor('acme', subjects);
    asked.length = 0;
    const found = keys.subjectKeys.keysFor('acme', subjects);
    expect(found).not.toBeInstanceOf(Promise);
    expect(asked).toEqual([]);
  });

  test('costs two questions and one write for as many new ones as a request has', async () => {
    await keys.tenantKeys.get('acme');
    await settle();
    await keys.tenantKeys.get('acme');
    asked.length = 0;
    await keys.subjectKeys.keysFor(
      'acme',
      Array.from({ length: 500 }, (_, i) => `u${i}`),
    );
    expect(asked).toEqual(['registry.getMany', 'registry.putMany', 'registry.getMany']);
  });

  test('is forgotten beyond the bound, and found again', async () => {
    const node = new MemoryKeys({ world, maxKeys: 2 }).watch();
    const first = await keyOf('u1', node);
    for (const subject of ['u2', 'u3', 'u4']) await keyOf(subject, node);
    expect(await keyOf('u1', node)).toEqual(first);
    await node.stop();
  });

  test('made by many nodes at once is one', async () => {
    const nodes = Array.from({ length: 8 }, (_, seed) => new MemoryKeys({ world, seed: seed + 10 }));
    const subjects = Array.from({ length: 20 }, (_, i) => `u${i}`);
    const found = await Promise.all(
      nodes.map((node, i) => node.subjectKeys.keysFor('acme', i % 2 === 0 ? subjects : [...subjects].reverse())),
    );
    for (const subject of subjects) {
      for (const { subjects: of } of found) expect(of.get(subject)).toEqual(found[0]!.subjects.get(subject));
    }
  });

  test('may be remembered by others while changes are heard of, and they are told of each', async () => {
    const unwatched = new MemoryKeys({ world, seed: 5 });
    expect((await unwatched.subjectKeys.keysFor('acme', ['u1'])).isWatched).toBe(false);
    const changed: unknown[] = [];
    keys.subjectKeys.onChange((...what) => changed.push(what));
    const answer = await keys.subjectKeys.keysFor('acme', ['u1']);
    expect(answer.isWatched).toBe(true);
    await settle();
    changed.length = 0;
    const { tag } = answer.subjects.get('u1')!;
    await keys.subjectKeys.destroy('acme', { tag, generation: 1 }, 'e1');
    expect(changed).toContainEqual(['acme', tag]);
    await unwatched.rotation.rotateTenantKey('acme', '2025-10-06T12:00:00Z');
    await settle();
    expect(changed).toContainEqual(['acme']);
  });

  test('of a document that was moved elsewhere does not open', async () => {
    const [one, two] = [await keyOf('u1'), await keyOf('u2')];
    const { revision } = (await keys.registry.get(subjectKeyKey('acme', two.tag)))!;
    await keys.registry.put(subjectKeyKey('acme', two.tag), await documentOf(one), revision);
    await settle();
    await expect(keyOf('u2')).rejects.toMatchObject({ code: 'data-corrupt' });
  });
});

describe('failures of the registry', () => {
  test.each<[string, Fault]>([
    ['registry.getMany', 'fail'],
    ['registry.putMany', 'fail'],
    ['registry.putMany', 'fail-after'],
    ['registry.putMany', 'partial'],
  ])('%s %s: are told, and the next call gives one key to each', async (operation, fault) => {
    let isDue = true;
    const faults = new Faults((called) => {
      if (called !== operation || !isDue) return undefined;
      isDue = false;
      return fault;
    });
    const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
    const node = new MemoryKeys({ world, registry, seed: 3 }).watch();
    await expect((async () => node.subjectKeys.keysFor('acme', ['u1', 'u2']))()).rejects.toMatchObject({
      code: 'registry-unavailable',
    });
    const { subjects } = await node.subjectKeys.keysFor('acme', ['u1', 'u2']);
    for (const subject of ['u1', 'u2']) expect(await keyOf(subject)).toEqual(subjects.get(subject));
    await node.stop();
  });
});

describe('destruction', () => {
  const reference = { generation: 1 };

  test('leaves a document without a key, and a new key has the next number', async () => {
    const first = await keyOf('u1');
    await keys.subjectKeys.destroy('acme', first, 'erasure-1');
    expect(await documentOf(first)).toEqual({ generation: 1, erasures: [{ through: 1, id: 'erasure-1' }] });
    const second = await keyOf('u1');
    expect(second).toMatchObject({ tag: first.tag, generation: 2 });
    expect(second.key).not.toEqual(first.key);
  });

  test('is heard of by nodes that had the key in memory', async () => {
    const node = new MemoryKeys({ world, seed: 4 }).watch();
    const first = await keyOf('u1', node);
    await settle();
    expect(await keyOf('u1', node)).toBe(await keyOf('u1', node));
    await keys.subjectKeys.destroy('acme', first, 'erasure-1');
    await settle();
    expect((await keyOf('u1', node)).generation).toBe(2);
    expect(await node.subjectKeys.find('acme', [first])).toEqual([{ state: 'destroyed', erasure: 'erasure-1' }]);
    await node.stop();
  });

  test('cannot be undone by somebody who read the document before', async () => {
    const first = await keyOf('u1');
    const before = (await keys.registry.get<SubjectKeyDocument>(subjectKeyKey('acme', first.tag)))!;
    await keys.subjectKeys.destroy('acme', first, 'erasure-1');
    const late = { key: before.key, value: before.value, expectedRevision: before.revision };
    expect(await keys.registry.putMany([late])).toEqual([{ ok: false }]);
    await expect(keys.registry.put(before.key, before.value, 0)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('takes what is older with it, and leaves a newer key alone', async () => {
    const first = await keyOf('u1');
    await keys.subjectKeys.destroy('acme', first, 'erasure-1');
    const second = await keyOf('u1');
    await keys.subjectKeys.destroy('acme', first, 'erasure-2');
    expect(await keyOf('u1')).toEqual(second);
    await keys.subjectKeys.destroy('acme', second, 'erasure-3');
    expect(await keys.subjectKeys.find('acme', [first, second])).toEqual([
      { state: 'destroyed', erasure: 'erasure-1' },
      { state: 'destroyed', erasure: 'erasure-3' },
    ]);
  });

  test('of what is not there does nothing', async () => {
    const { tag } = await keyOf('u1');
    await keys.subjectKeys.destroy('acme', { ...reference, tag: 'x'.repeat(22) }, 'e');
    await keys.subjectKeys.destroy('acme', { tag, generation: 1 }, 'e1');
    await keys.subjectKeys.destroy('acme', { tag, generation: 1 }, 'e2');
    expect(await keys.subjectKeys.find('acme', [{ tag, generation: 1 }])).toEqual([
      { state: 'destroyed', erasure: 'e1' },
    ]);
  });

  test('wins against a rotation that wraps the key anew at the same time', async () => {
    const first = await keyOf('u1');
    await Promise.all([
      keys.rotation.rotateTenantKey('acme', '2025-10-06T12:54:12Z'),
      keys.subjectKeys.destroy('acme', first, 'e1'),
    ]);
    expect((await documentOf(first))?.key).toBeUndefined();
  });
});

describe('finding keys', () => {
  test('tells what is there, what was destroyed and what is lost, and makes none', async () => {
    const first = await keyOf('u1');
    const [found] = await keys.subjectKeys.find('acme', [first]);
    expect(found).toEqual({ state: 'live', key: first });
    const unknown = { tag: 'x'.repeat(22), generation: 1 };
    expect(await keys.subjectKeys.find('acme', [unknown, { ...first, generation: 2 }])).toEqual([
      { state: 'lost' },
      { state: 'lost' },
    ]);
    expect(await keys.subjectKeys.find('nobody', [unknown])).toEqual([{ state: 'destroyed', erasure: undefined }]);
    expect([...world.registry.documents.keys()].filter((key) => key.startsWith('subject-key.'))).toHaveLength(1);
  });

  test('lists those that live under tags, and the tags of subjects', async () => {
    const [one, two] = [await keyOf('u1'), await keyOf('u2')];
    await keys.subjectKeys.destroy('acme', one, 'e1');
    expect(await keys.subjectKeys.tagsOf('acme', ['u2', 'u1', 'u2'])).toEqual([two.tag, one.tag]);
    expect(await keys.subjectKeys.liveKeys('acme', [one.tag, two.tag])).toEqual([{ tag: two.tag, generation: 1 }]);
    expect(await keys.subjectKeys.tagsOf('new', ['u3'])).toEqual([
      (await keys.subjectKeys.keysFor('new', ['u3'])).subjects.get('u3')!.tag,
    ]);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Objects } from '../objects.js';

export interface ObjectsHarness {
  objects: Objects;
  /** Closes the store and opens another on what it kept. */
  reopen(): Promise<Objects>;
  /** Closes the store and removes what it kept. */
  dispose(): Promise<void>;
}

/** Tests what the port promises. `open` gives a new, empty store. */
export function describeObjects(name: string, open: () => Promise<ObjectsHarness>): void {
  describe(`${name}: object store`, () => {
    const context = { harness: undefined as unknown as ObjectsHarness };
    beforeEach(async () => {
      context.harness = await open();
    });
    afterEach(() => context.harness.dispose());
    const objects = () => context.harness.objects;
    const reopen = async () => {
      context.harness = { ...context.harness, objects: await context.harness.reopen() };
    };

    describeBytes(objects, reopen);
    describePieces(objects, reopen);
    describeKeys(objects);
    describeList(objects, reopen);
  });
}

function describeBytes(objects: () => Objects, reopen: () => Promise<void>): void {
  test('an object comes back as it was, also after opening again', async () => {
    for (const [place, size] of [0, 1, 70_000, 5_000_000].entries()) {
      const bytes = new Uint8Array(size).fill(place + 1);
      await objects().put(`o/${place}`, bytes);
      expect(Buffer.compare((await objects().get(`o/${place}`))!, bytes)).toBe(0);
      await reopen();
      expect(Buffer.compare((await objects().get(`o/${place}`))!, bytes)).toBe(0);
      expect(await objects().size(`o/${place}`)).toBe(size);
    }
  });

  test('what is handed in and out is the caller’s own', async () => {
    const mine = new Uint8Array([1, 2, 3]);
    await objects().put('a', mine.subarray(1));
    mine.fill(9);
    (await objects().get('a'))!.fill(9);
    expect([...(await objects().get('a'))!]).toEqual([2, 3]);
  });

  test('where there is none there is undefined, and deleting does nothing', async () => {
    await objects().put('a/b', text('x'));
    for (const key of ['b', 'a', 'a/b/c', 'a/c']) {
      expect(await objects().get(key)).toBeUndefined();
      expect(await objects().size(key)).toBeUndefined();
      await objects().delete(key);
    }
    expect(await objects().list('', { limit: 9 })).toEqual(['a/b']);
  });

  test('a put replaces the whole object', async () => {
    await objects().put('a', text('a longer one'));
    await objects().put('a', text('short'));
    expect(textOf(await objects().get('a'))).toBe('short');
  });

  test('puts at once: each reader sees one of them whole', async () => {
    await objects().put('dir/a', text('0'.repeat(50_000)));
    const puts = [1, 2, 3, 4].map((digit) => objects().put('dir/a', text(String(digit).repeat(50_000))));
    const reads = Array.from({ length: 10 }, () => objects().get('dir/a'));
    for (const bytes of await Promise.all(reads)) expect(textOf(bytes)).toMatch(/^(.)\1{49999}$/);
    await Promise.all(puts);
  });

  test('a deleted object is gone, for good', async () => {
    await objects().put('a', text('x'));
    await objects().put('b', text('x'));
    await objects().delete('a');
    await reopen();
    expect(await objects().get('a')).toBeUndefined();
    expect(await objects().list('', { limit: 9 })).toEqual(['b']);
  });

  test('later calls fail with closed', async () => {
    const put = objects().put('a', text('x'));
    await objects().close();
    await put;
    for (const call of [
      () => objects().put('a', text('x')),
      () => objects().putStream('a', each([text('x')])),
      async () => objects().read('a', 0, 1)[Symbol.asyncIterator]().next(),
      () => objects().get('a'),
      () => objects().size('a'),
      () => objects().delete('a'),
      () => objects().list('', { limit: 1 }),
    ]) {
      await expect(call()).rejects.toMatchObject({ kind: 'closed' });
    }
  });
}

function describePieces(objects: () => Objects, reopen: () => Promise<void>): void {
  test('an object that comes in pieces is the same as one that comes whole', async () => {
    const pieces = [0, 1, 70_000, 0, 600_000].map((size, place) => new Uint8Array(size).fill(place + 1));
    expect(await objects().putStream('p/a', each(pieces))).toBe(670_001);
    await reopen();
    expect(Buffer.compare((await objects().get('p/a'))!, Buffer.concat(pieces))).toBe(0);
    expect(await objects().putStream('p/a', each([text('short')]))).toBe(5);
    expect(textOf(await objects().get('p/a'))).toBe('short');
    expect(await objects().putStream('p/empty', each([]))).toBe(0);
    expect(await objects().size('p/empty')).toBe(0);
  });

  test('of pieces that fail nothing is put, and their failure is thrown on', async () => {
    await objects().put('p/b', text('before'));
    const failure = new Error('no more pieces');
    await expect(objects().putStream('p/b', each([text('after')], failure))).rejects.toBe(failure);
    await expect(objects().putStream('p/new', each([text('after')], failure))).rejects.toBe(failure);
    expect(textOf(await objects().get('p/b'))).toBe('before');
    expect(await objects().list('p/', { limit: 9 })).toEqual(['p/b']);
  });

  test('a part of an object is read in pieces', async () => {
    const bytes = Uint8Array.from({ length: 600_000 }, (_, place) => place % 251);
    await objects().put('p/c', bytes);
    for (const [from, to] of [
      [0, 600_000],
      [1, 2],
      [262_143, 524_289],
      [599_999, 600_000],
      [7, 7],
    ] as const) {
      const parts: Uint8Array[] = [];
      for await (const part of objects().read('p/c', from, to)) parts.push(part);
      expect(Buffer.compare(Buffer.concat(parts), bytes.subarray(from, to))).toBe(0);
    }
    for await (const part of objects().read('p/c', 0, 600_000)) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  });

  test('bytes that are not there cannot be read', async () => {
    await objects().put('p/d', text('four'));
    for (const [key, to] of [
      ['p/d', 5],
      ['p/none', 1],
    ] as const) {
      const reading = async () => {
        for await (const part of objects().read(key, 0, to)) expect(part).toBeDefined();
      };
      await expect(reading()).rejects.toMatchObject({ kind: 'unavailable' });
    }
  });
}

async function* each(pieces: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (failure !== undefined) throw failure;
}

function describeKeys(objects: () => Objects): void {
  test('malformed keys are refused', async () => {
    const hostile = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      'a/..',
      '../a',
      'a/../../b',
      './a',
      'a/./b',
      'a\\b',
      'a\0',
    ].concat(['a b', 'ä', 'a\n', 'C:a', 'a+', 'a~', '%2e%2e/a', 'x'.repeat(513)]);
    for (const key of hostile) {
      for (const call of [
        () => objects().put(key, text('x')),
        () => objects().putStream(key, each([text('x')])),
        async () => objects().read(key, 0, 1)[Symbol.asyncIterator]().next(),
        () => objects().get(key),
        () => objects().size(key),
        () => objects().delete(key),
      ]) {
        await expect(call(), key).rejects.toMatchObject({ kind: 'refused' });
      }
    }
    expect(await objects().list('', { limit: 9 })).toEqual([]);
  });

  test('odd but well-formed keys do not get in each other’s way', async () => {
    const long = 'x'.repeat(512);
    const keys = ['a', 'a/b', 'a/b/c', '...', '.hidden', '-rf', '_', 'unfinished', 'objects', '.tmp/x', 'a.tmp', long];
    keys.push(long.slice(0, 200), long.slice(0, 201), `${long.slice(0, 200)}/y`, `${long.slice(0, 199)}/y`);
    for (const key of keys) await objects().put(key, text(key));
    for (const key of keys) expect(textOf(await objects().get(key))).toBe(key);
    expect(await objects().list('', { limit: 99 })).toEqual([...keys].sort());
  });
}

function describeList(objects: () => Objects, reopen: () => Promise<void>): void {
  test('is in the order of the keys, page by page', async () => {
    const keys = ['a', 'a-b', 'a.b', 'a/b', 'a/b-c', 'a/b/c', 'a/c', 'a0', 'aB', 'ab/a', 'b'];
    for (const key of [...keys].reverse()) await objects().put(key, text('x'));
    await reopen();
    const list = (prefix: string, options: { afterKey?: string; limit: number }) => objects().list(prefix, options);
    const all = [...keys].sort();
    expect(await list('', { limit: 99 })).toEqual(all);
    expect(await list('a/', { limit: 99 })).toEqual(['a/b', 'a/b-c', 'a/b/c', 'a/c']);
    expect(await list('a/b', { limit: 99 })).toEqual(['a/b', 'a/b-c', 'a/b/c']);
    expect(await list('a/b/c', { limit: 99 })).toEqual(['a/b/c']);
    expect(await list('c', { limit: 99 })).toEqual([]);
    expect(await list('../', { limit: 99 })).toEqual([]);
    expect(await list('a/', { afterKey: 'a/b-c', limit: 1 })).toEqual(['a/b/c']);
    expect(await list('a/', { afterKey: 'b', limit: 9 })).toEqual([]);
    expect(await list('b', { afterKey: 'a', limit: 9 })).toEqual(['b']);
    expect(await list('', { limit: 0 })).toEqual([]);
    for (const limit of [1, 3]) {
      const paged: string[] = [];
      for (let page = await list('', { limit }); page.length > 0; ) {
        paged.push(...page);
        page = await list('', { afterKey: page.at(-1)!, limit });
      }
      expect(paged).toEqual(all);
    }
  });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

import { beforeEach, expect, test } from 'vitest';
import { ReadCache } from './read-cache.js';

let reads: string[];
let cache: ReadCache<string>;

beforeEach(() => {
  reads = [];
  cache = new ReadCache(100);
});

const get = (key: string, bytes = 20) =>
  cache.get(key, async () => {
    reads.push(key);
    return { value: `value of ${key}`, bytes };
  });

test('a value is read once, for those who ask at once and for those who ask later', async () => {
  const values = await Promise.all([get('a'), get('a'), get('b')]);
  expect([...values, await get('a')]).toEqual(['value of a', 'value of a', 'value of b', 'value of a']);
  expect(reads).toEqual(['a', 'b']);
});

test('what was not asked for the longest goes first', async () => {
  for (const key of ['a', 'b', 'c', 'd', 'e', 'a', 'f']) await get(key);
  reads = [];
  for (const key of ['a', 'c', 'd', 'e', 'f']) await get(key);
  expect(reads).toEqual([]);
  await get('b');
  expect(reads).toEqual(['b']);
});

test('what is kept stays within the bytes, whatever their order', async () => {
  for (const [key, bytes] of [
    ['a', 50],
    ['b', 50],
    ['c', 1],
    ['b', 50],
    ['a', 50],
  ] as const)
    await get(key, bytes);
  expect(reads).toEqual(['a', 'b', 'c', 'a']);
});

test('what takes more than half of the room is not kept', async () => {
  await get('small');
  for (let i = 0; i < 2; i++) await get('large', 51);
  await get('small');
  expect(reads).toEqual(['small', 'large', 'large']);
});

test('what is forgotten is read again, and its room is free', async () => {
  for (const key of ['a', 'b', 'c', 'd', 'e']) await get(key);
  cache.forget('c');
  cache.forget('c');
  cache.forget('never read');
  await get('f');
  reads = [];
  for (const key of ['a', 'b', 'd', 'e', 'f']) await get(key);
  expect(reads).toEqual([]);
});

test('a read that failed is made again', async () => {
  const fail = async () => {
    throw new Error('once');
  };
  await expect(Promise.all([cache.get('a', fail), get('a')])).rejects.toThrow('once');
  expect(await get('a')).toBe('value of a');
});

test('what begins with a prefix is forgotten, and its bytes with it', async () => {
  for (const key of ['acme/1', 'acme/2', 'acme2/1']) await get(key, 30);
  cache.forgetAll('acme/');
  reads = [];
  for (const key of ['acme2/1', 'b', 'c', 'acme2/1']) await get(key, 30);
  expect(reads).toEqual(['b', 'c']);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbJournal } from './lmdb-journal.js';
import { openLmdbRegistry } from './lmdb-registry.js';

test('smoke', async () => {
  const path = await mkdtemp(join(tmpdir(), 'x-'));
  let r = await openLmdbRegistry({ path });
  const rev = await r.put('a.b', { x: 1 }, 0);
  await expect(r.put('a.b', { x: 1 }, 0)).rejects.toMatchObject({ kind: 'conflict' });
  expect(
    await r.putMany([
      { key: 'a.b', value: 2, expectedRevision: rev },
      { key: 'c', value: 2, expectedRevision: rev },
    ]),
  ).toEqual([{ ok: true, revision: 2 }, { ok: false }]);
  expect(await r.list('a', { limit: 9 })).toEqual([{ key: 'a.b', value: 2, revision: 2 }]);
  await r.delete('a.b', 2);
  await r.close();
  r = await openLmdbRegistry({ path });
  expect(await r.list('', { limit: 9 })).toEqual([]);
  expect(await r.put('a.b', 1, 0)).toBe(4);
  await r.close();
  await rm(path, { recursive: true });
});
test('smoke j', async () => {
  const path = await mkdtemp(join(tmpdir(), 'x-'));
  let j = await openLmdbJournal({ path, maxBytes: 1e8 });
  expect(
    await Promise.all([j.append([Buffer.from('a'), Buffer.from('b')]), j.append([Buffer.alloc(999999, 3)])]),
  ).toEqual([[1, 2], [3]]);
  await j.trim(3);
  await j.close();
  j = await openLmdbJournal({ path, maxBytes: 1e8 });
  expect(await j.extent()).toEqual({ lastSequence: 3, trimmedThrough: 3, heldBytes: 0 });
  expect(await j.append([Buffer.from('a'), Buffer.from('b')])).toEqual([4, 5]);
  expect((await j.read(0, 1e6)).map((c) => Buffer.from(c.bytes).toString())).toEqual(['a', 'b']);
  await j.close();
  await rm(path, { recursive: true });
});

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Journal } from '../../ports/journal.js';
import { checkFile } from './file-check.js';
import { openLmdbJournal } from './lmdb-journal.js';
import { openLmdbRegistry } from './lmdb-registry.js';

const DOCUMENTS = 300;
const PAGE_BYTES = 4096;
let path: string;
let file: string;
let whole: Buffer;
/** Pages that lead to what is recorded; the room at the end of the file does not count. */
let usedPages: number;

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'lmdb-check-'));
  file = join(path, 'data.mdb');
  const registry = await openLmdbRegistry({ path });
  for (let count = 0; count < DOCUMENTS; count += 1) {
    await registry.put(`head.tenant-${count}`, { size: count, root: 'x'.repeat(count * 20) }, 0);
  }
  await registry.close();
  whole = await readFile(file);
  usedPages = 1 + lastUsedPage(whole);
});
afterAll(() => rm(path, { recursive: true }));

function lastUsedPage(bytes: Buffer): number {
  let page = bytes.length / PAGE_BYTES - 1;
  while (bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES).every((byte) => byte === 0)) page -= 1;
  return page;
}

async function readEverything(): Promise<number> {
  const registry = await openLmdbRegistry({ path });
  try {
    const keys = Array.from({ length: DOCUMENTS }, (_, count) => `head.tenant-${count}`);
    const found = await registry.getMany<{ size: number }>(keys);
    return found.filter((document, count) => document?.value.size === count).length;
  } finally {
    await registry.close();
  }
}

test('whatever bytes were changed, it is damaged or all is there', async () => {
  const anyPlace = fc.record({
    page: fc.nat(usedPages - 1),
    at: fc.nat(PAGE_BYTES - 1),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  const headerPlace = fc.record({
    page: fc.nat(usedPages - 1),
    at: fc.nat(48),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyPlace, headerPlace), async ({ page, at, mask }) => {
      const changed = Buffer.from(whole);
      changed[page * PAGE_BYTES + at]! ^= mask;
      await writeFile(file, changed);
      const seen = await readEverything().catch((error: { kind: string }) => error.kind);
      expect([DOCUMENTS, 'corrupt']).toContain(seen);
    }),
    { numRuns: 300 },
  );
});

test('a file that was cut off is told from a whole one, wherever it was cut', async () => {
  for (let pages = 0; pages < usedPages; pages += 7) {
    await writeFile(file, whole);
    await truncate(file, pages * PAGE_BYTES + 100);
    expect(() => checkFile(path), `cut off in page ${pages}`).toThrow(`${file} is damaged`);
  }
  await writeFile(file, whole);
  expect(await readEverything()).toBe(DOCUMENTS);
});

test('nothing that the adapters do looks like damage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lmdb-check-'));
  let journal: Journal = await openLmdbJournal({ path: folder, maxBytes: 1e8 });
  const sizes = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(3), fc.boolean(), async (chunkBytes, kept, reopen) => {
      const sequences = await journal.append(chunkBytes.map((bytes) => Buffer.alloc(bytes, bytes)));
      if (kept < 3) await journal.trim(sequences.at(-1)! - kept);
      checkFile(folder);
      if (!reopen) return;
      await journal.close();
      journal = await openLmdbJournal({ path: folder, maxBytes: 1e8 });
    }),
    { numRuns: 200 },
  );
  await journal.close();
  await rm(folder, { recursive: true });
});

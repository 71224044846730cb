import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutOff, expectToldOrHarmless, flipBytes } from './damage.js';
import { RecordedFolder } from './recorded-folder.js';

const PAGE_BYTES = 4096;
const FLIPS = 6;

let folder: RecordedFolder;
beforeAll(async () => {
  folder = await RecordedFolder.make();
});
afterAll(() => folder.dispose());

/** Where the last page ends that was ever written; after it there is only room that was taken in advance. */
async function usedBytes(file: string): Promise<number> {
  const bytes = await readFile(join(folder.path, file));
  let end = bytes.length;
  while (bytes.subarray(end - PAGE_BYTES, end).every((byte) => byte === 0)) end -= PAGE_BYTES;
  return end;
}

describe.each(['journal/data.mdb', 'registry/data.mdb'])('%s', (file) => {
  test('that lacks its last pages, as after a torn write, is told or harmless', async () => {
    const used = await usedBytes(file);
    const noticed: boolean[] = [];
    for (const cut of [used - 100, used - 3 * PAGE_BYTES, Math.floor(used / 2)]) {
      const data = await folder.copy();
      await cutOff(join(data, file), cut);
      noticed.push(await expectToldOrHarmless(folder, data, file));
    }
    expect(noticed.at(-1), 'half of the file is more than what is free').toBe(true);
  });

  test('with a damaged page is told or harmless', async () => {
    const pages = (await usedBytes(file)) / PAGE_BYTES;
    let noticed = 0;
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const data = await folder.copy();
      const page = 2 + Math.floor(((pages - 2) * flip) / FLIPS);
      await flipBytes(join(data, file), page * PAGE_BYTES + (flip % 2 === 0 ? 8 : 2_000));
      if (await expectToldOrHarmless(folder, data, file)) noticed += 1;
    }
    expect(noticed, 'not all pages are free ones').toBeGreaterThan(0);
  });
});

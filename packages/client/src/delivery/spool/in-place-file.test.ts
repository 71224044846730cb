import * as fs from 'node:fs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spoolFolders } from '../../../testing/spool-folder.js';
import { InPlaceFile, readInPlaceFile } from './in-place-file.js';

const newFolder = spoolFolders();
const SLOT_BYTES = 128;

test('a write that is torn at any byte leaves the text before or the new one', async () => {
  const path = join(await newFolder(), 'file');
  await fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 30 }), { minLength: 2, maxLength: 6 }),
      fc.nat(SLOT_BYTES),
      (texts, cut) => {
        const file = new InPlaceFile(path, fs, SLOT_BYTES);
        for (const text of texts.slice(0, -1)) expect(file.write(text)).toBe(true);
        const before = readFileSync(path);
        file.write(texts.at(-1)!);
        const after = readFileSync(path);
        file.close();
        const slot = (texts.length % 2) * SLOT_BYTES;
        writeFileSync(path, Buffer.concat([after.subarray(0, slot + cut), before.subarray(slot + cut)]));
        expect([texts.at(-2), texts.at(-1)]).toContain(readInPlaceFile(path, fs));
      },
    ),
  );
});

test('a text that is too long is not written, and garbage is no text', async () => {
  const path = join(await newFolder(), 'file');
  const file = new InPlaceFile(path, fs, SLOT_BYTES);
  expect(readInPlaceFile(path, fs)).toBeUndefined();
  file.write('kept');
  expect(file.write('x'.repeat(SLOT_BYTES))).toBe(false);
  expect(readInPlaceFile(path, fs)).toBe('kept');
  file.close();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      writeFileSync(path, bytes);
      return readInPlaceFile(path, fs) === undefined;
    }),
  );
});

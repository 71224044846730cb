import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readyEvent } from '../../../testing/delivery-setting.js';
import { spoolFolders } from '../../../testing/spool-folder.js';
import { buryInFile, DEAD_LETTER_FILE } from './dead-letter-file.js';

const newFolder = spoolFolders();
const nowMs = () => Date.UTC(2026, 0, 1);

test('an event is a line with the reason and all that was sent; others may not read it', async () => {
  const folder = join(await newFolder(), 'below');
  const bury = buryInFile({ folder, maxBytes: 10_000, nowMs });
  expect(bury(readyEvent('a', { message: 'one' }, 'acme'), 'invalid-action', 'invalid-action at /action')).toBe(true);
  expect(bury(readyEvent('b'), 'id-conflict', 'twice')).toBe(true);
  const path = join(folder, DEAD_LETTER_FILE);
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([
    {
      ...{
        at: '2026-01-01T00:00:00.000Z',
        code: 'invalid-action',
        reason: 'invalid-action at /action',
        tenant: 'acme',
      },
      event: JSON.parse(readyEvent('a', { message: 'one' }).json),
    },
    { at: '2026-01-01T00:00:00.000Z', code: 'id-conflict', reason: 'twice', event: JSON.parse(readyEvent('b').json) },
  ]);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('the file does not grow beyond its bound, and trouble with it throws nothing', async () => {
  const folder = await newFolder();
  const bury = buryInFile({ folder, maxBytes: 400, nowMs });
  const kept = ['a', 'b', 'c', 'd'].map((id) => bury(readyEvent(id), 'code', 'reason'));
  expect(kept).toEqual([true, true, false, false]);
  const blocked = buryInFile({ folder: join(folder, DEAD_LETTER_FILE, 'below'), maxBytes: 400, nowMs });
  expect(blocked(readyEvent('a'), 'code', 'reason')).toBe(false);
});

import { open, truncate } from 'node:fs/promises';
import { expect } from 'vitest';
import { ServerProcess } from '../../support/server-process.js';
import type { RecordedFolder } from './recorded-folder.js';

/** Changes some bytes of a file where it lies. */
export async function flipBytes(path: string, at: number, count = 16): Promise<void> {
  const file = await open(path, 'r+');
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await file.read(bytes, 0, count, at);
  for (let i = 0; i < bytesRead; i += 1) bytes[i]! ^= 0xff;
  await file.write(bytes, 0, bytesRead, at);
  await file.close();
}

export async function cutOff(path: string, bytes: number): Promise<void> {
  await truncate(path, bytes);
}

/**
 * Starts a server on a folder with a damaged file. It must either end, with an exit code and a message that names the
 * damage, or have lost nothing. Where it ended, it must work again with the file as it was.
 * @returns whether it noticed
 */
export async function expectToldOrHarmless(folder: RecordedFolder, data: string, file: string): Promise<boolean> {
  const server = await ServerProcess.launch({ data });
  try {
    await server.ready().catch(() => undefined);
    if (!server.exited) {
      await folder.expectWhole(server);
      return false;
    }
    expect(await server.ended(), server.log).toBeGreaterThan(0);
    expect(server.log).toMatch(/damaged/);
    expect(server.log, 'a message for an operator, not a stack').not.toMatch(/\n\s+at /);
  } finally {
    await server.kill();
  }
  await expectWholeAgain(folder, data, file);
  return true;
}

/** The file as it was makes everything work again. */
export async function expectWholeAgain(folder: RecordedFolder, data: string, file: string): Promise<void> {
  await folder.restore(data, file);
  const server = await ServerProcess.start({ data });
  try {
    await folder.expectWhole(server);
  } finally {
    await server.kill();
  }
}

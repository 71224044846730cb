import { open } from 'node:fs/promises';
import { readSession, type SessionReading } from './session.js';

/** A session file is a few lines. */
const FILE_MAX_BYTES = 16_384;

/** Reads a session from a JSON file of a tree; undefined where there is none. */
export async function readSessionFile(path: string): Promise<SessionReading | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(FILE_MAX_BYTES + 1), 0, FILE_MAX_BYTES + 1, 0);
      if (bytesRead > FILE_MAX_BYTES)
        return { ok: false, problem: `A session file has at most ${FILE_MAX_BYTES} bytes.` };
      return readSession(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, problem: 'The session file is no JSON.' };
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return { ok: false, problem: 'The session file cannot be read.' };
  }
}

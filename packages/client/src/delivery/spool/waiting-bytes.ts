import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolFiles } from './files.js';
import { readInPlaceFile } from './in-place-file.js';
import { POSITION_FILE, parsePosition } from './position-text.js';
import { segmentName, segmentNumbers } from './segment-name.js';

/** Bytes of a spool that are not known to be delivered. */
export async function waitingBytes(folder: string, files: Pick<SpoolFiles, 'readFileSync'>): Promise<number> {
  const position = parsePosition(readInPlaceFile(join(folder, POSITION_FILE), files));
  const numbers = segmentNumbers(await readdir(folder).catch(() => []));
  let bytes = 0;
  for (const number of numbers.filter((segment) => segment >= position.segment)) {
    const size = (await stat(join(folder, segmentName(number))).catch(() => undefined))?.size ?? 0;
    bytes += Math.max(0, size - (number === position.segment ? position.end : 0));
  }
  return bytes;
}

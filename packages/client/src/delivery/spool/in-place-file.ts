import { crc32 } from './crc32.js';
import type { SpoolFiles } from './files.js';

const LENGTH_CHARS = 8;
const SUM_CHARS = 8;
const HEAD_CHARS = LENGTH_CHARS + SUM_CHARS + 2;

/**
 * A small text that is written over in place, so that a full disk has room for it, in two slots by turns, so that a torn
 * write leaves the text before. Each slot says its length, its sum and its turn.
 */
export class InPlaceFile {
  readonly #files: SpoolFiles;
  readonly #fd: number;
  readonly #slotBytes: number;
  #turn = 0;

  /** Makes the file at its full size. @throws what the file system says */
  constructor(path: string, files: SpoolFiles, slotBytes: number) {
    this.#files = files;
    this.#slotBytes = slotBytes;
    this.#fd = files.openSync(path, 'w', 0o600);
    files.writeSync(this.#fd, Buffer.alloc(2 * slotBytes, 0x20), 0, 2 * slotBytes, 0);
  }

  /** False when it does not fit or cannot be written; then the text before counts still. */
  write(text: string): boolean {
    const turn = this.#turn + 1;
    const body = Buffer.from(`${turn} ${text}`);
    if (HEAD_CHARS + body.length > this.#slotBytes) return false;
    const head = `${String(body.length).padStart(LENGTH_CHARS, '0')} ${crc32(body).toString(16).padStart(SUM_CHARS, '0')} `;
    const bytes = Buffer.concat([Buffer.from(head), body]);
    try {
      this.#files.writeSync(this.#fd, bytes, 0, bytes.length, (turn % 2) * this.#slotBytes);
    } catch {
      return false;
    }
    this.#turn = turn;
    return true;
  }

  close(): void {
    this.#files.closeSync(this.#fd);
  }
}

/** The newest whole text of such a file; undefined when there is none. */
export function readInPlaceFile(path: string, files: Pick<SpoolFiles, 'readFileSync'>): string | undefined {
  let bytes: Buffer;
  try {
    bytes = files.readFileSync(path);
  } catch {
    return undefined;
  }
  const half = bytes.length / 2;
  const slots = [slotOf(bytes.subarray(0, half)), slotOf(bytes.subarray(half))];
  const whole = slots.filter((slot) => slot !== undefined).sort((a, b) => b.turn - a.turn);
  return whole[0]?.text;
}

function slotOf(slot: Buffer): { turn: number; text: string } | undefined {
  const length = Number(slot.toString('latin1', 0, LENGTH_CHARS));
  const body = slot.subarray(HEAD_CHARS, HEAD_CHARS + length);
  const sum = Number.parseInt(slot.toString('latin1', LENGTH_CHARS + 1, LENGTH_CHARS + 1 + SUM_CHARS), 16);
  if (!(length > 0) || body.length !== length || crc32(body) !== sum) return undefined;
  const space = body.indexOf(0x20);
  return { turn: Number(body.toString('latin1', 0, space)), text: body.toString('utf8', space + 1) };
}

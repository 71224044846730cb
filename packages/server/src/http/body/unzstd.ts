import { setImmediate as nextTurn } from 'node:timers/promises';
import { Decompress } from 'fzstd';
import { Problem } from '../../errors.js';
import { ZstdFrames } from './zstd-frames.js';

/** What is decompressed at one go: a block of four bytes can become 128 KiB, so this much at most 8 MiB. */
const SLICE_BYTES = 256;
const LONGEST_TURN_MS = 10;

/**
 * Decompresses zstd as it comes, giving the other work of the process its turn. The pieces are of any size.
 * @throws Problem `body-encoding-broken`, also when the stream ends early; `body-too-large`
 */
export async function* unzstd(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  const frames = new ZstdFrames();
  const ready: Buffer[] = [];
  const stream = new Decompress((part) => {
    if (part.length > 0) ready.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  });
  let turnBegan = performance.now();
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += SLICE_BYTES) {
      const slice = piece.subarray(start, start + SLICE_BYTES);
      frames.read(slice);
      push(stream, slice);
      yield* ready.splice(0);
      if (performance.now() - turnBegan > LONGEST_TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
    }
  }
  if (!frames.complete) throw new Problem('body-encoding-broken', { detail: 'The zstd stream ends too early.' });
  push(stream, new Uint8Array(0), true);
  yield* ready.splice(0);
}

function push(stream: Decompress, bytes: Uint8Array, isLast = false): void {
  try {
    stream.push(bytes, isLast);
  } catch (cause) {
    throw new Problem('body-encoding-broken', { cause });
  }
}

import type { Notice } from '../watch-kernel.js';

/** Bytes of `struct inotify_event` before the name. */
const HEAD_BYTES = 16;

/** What a read of an inotify descriptor gave, in order: whole notices, which is all that the kernel ever gives. */
export function readNotices(bytes: Buffer): Notice[] {
  const notices: Notice[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const padded = bytes.readUInt32LE(at + 12);
    const start = at + HEAD_BYTES;
    const end = Math.min(start + padded, bytes.length);
    const zero = bytes.indexOf(0, start);
    notices.push({
      watch: bytes.readInt32LE(at),
      flags: bytes.readUInt32LE(at + 4),
      cookie: bytes.readUInt32LE(at + 8),
      name: bytes.toString('latin1', start, zero === -1 || zero > end ? end : zero),
    });
    at = start + padded;
  }
  return notices;
}

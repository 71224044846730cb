import * as fs from 'node:fs';
import type { SpoolFiles } from '../src/delivery/spool/files.js';

/** The file system, but for a disk that can be full: writes that make a file longer fail or come to an end halfway. */
export class FailingFiles {
  /** Bytes that files may still grow by; undefined: as many as they like. */
  roomBytes: number | undefined;
  /** Whether a torn record cannot even be cut off. */
  failsToTruncate = false;

  readonly files: SpoolFiles = {
    ...fs,
    writeSync: ((fd: number, data: Uint8Array | string, ...rest: number[]) => this.#write(fd, data, rest)) as never,
    ftruncateSync: (fd, length) => {
      if (this.failsToTruncate) throw noSpace();
      fs.ftruncateSync(fd, length);
    },
  };

  #write(fd: number, data: Uint8Array | string, [offset = 0, length, position]: number[]): number {
    const bytes = Buffer.from(data as Uint8Array);
    const end = length === undefined ? bytes.length : offset + length;
    const { size } = fs.fstatSync(fd);
    const growsBytes = Math.max(0, (position ?? size) + end - offset - size);
    const missingBytes = Math.max(0, growsBytes - (this.roomBytes ?? Number.POSITIVE_INFINITY));
    const fitting = end - missingBytes;
    if (fitting <= offset && missingBytes > 0) throw noSpace();
    const written = fs.writeSync(fd, bytes, offset, fitting - offset, position);
    if (this.roomBytes !== undefined) this.roomBytes -= growsBytes - missingBytes;
    return written;
  }
}

function noSpace(): Error {
  return Object.assign(new Error('no space'), { code: 'ENOSPC' });
}

import { promisify } from 'node:util';
import { crc32, deflateRaw, deflateRawSync } from 'node:zlib';

/** A file of an archive, whole in memory. */
export interface ArchivedFile {
  /** Letters, digits, `.`, `-`, `_` and `/`. */
  name: string;
  bytes: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_RECORD = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_EXTRA = 0x0001;
/** From so many bytes on, a file is compressed on a thread of the pool. */
const LARGE_BYTES = 65_536;
const deflatedElsewhere = promisify<Uint8Array, Buffer>(deflateRaw);
const STORED = 0;
const DEFLATED = 8;
/** Of PKWARE's specification: 2.0 for deflate, 4.5 for ZIP64; made by Unix, so that the mode below counts. */
const VERSION = 20;
const VERSION_ZIP64 = 45;
const MADE_BY = (3 << 8) | VERSION_ZIP64;
const REGULAR_FILE_MODE = 0o100644;
const MAX_UINT32 = 0xffffffff;
const MAX_UINT16 = 0xffff;
/** Records are joined when there are so many, since each buffer costs more than what is in it. */
const RECORDS_TOGETHER = 1024;

/**
 * A zip archive of files as they come, in pieces (APPNOTE 6.3.10). Sizes stand before the data, so it can be read as a
 * stream too. Memory grows by some 75 bytes a file, which the directory at the end needs.
 *
 * @param modified the time that all files get, in UTC
 */
export async function* zipArchive(
  files: AsyncIterable<ArchivedFile> | Iterable<ArchivedFile>,
  modified: Date,
): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let recent: Buffer[] = [];
  let offset = 0;
  let count = 0;
  for await (const file of files) {
    const packed = await pack(file, modified);
    recent.push(directoryRecord(packed, offset));
    if (recent.length === RECORDS_TOGETHER) {
      directory.push(Buffer.concat(recent));
      recent = [];
    }
    const bytes = Buffer.concat([localHeader(packed), packed.data]);
    offset += bytes.length;
    count += 1;
    yield bytes;
  }
  directory.push(...recent);
  const size = directory.reduce((sum, records) => sum + records.length, 0);
  yield* directory;
  yield endOfDirectory(count, size, offset);
}

interface Packed {
  name: Buffer;
  data: Uint8Array;
  /** What the local header and the directory have in common: from the version needed to the length of the name. */
  common: Buffer;
}

async function pack({ name, bytes }: ArchivedFile, modified: Date): Promise<Packed> {
  const deflated = bytes.length === 0 ? bytes : await deflatedBytes(bytes);
  const isSmaller = deflated.length < bytes.length;
  const data = isSmaller ? deflated : bytes;
  const common = Buffer.alloc(24);
  common.writeUInt16LE(VERSION, 0);
  common.writeUInt16LE(isSmaller ? DEFLATED : STORED, 4);
  common.writeUInt16LE(dosTime(modified), 6);
  common.writeUInt16LE(dosDate(modified), 8);
  common.writeUInt32LE(crc32(bytes), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(bytes.length, 18);
  const encoded = Buffer.from(name, 'ascii');
  common.writeUInt16LE(encoded.length, 22);
  return { name: encoded, data, common };
}

/** Handing it to another thread and back costs more than to compress what is small. */
async function deflatedBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return bytes.length < LARGE_BYTES ? deflateRawSync(bytes) : deflatedElsewhere(bytes);
}

function localHeader({ name, common }: Packed): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  common.copy(header, 4);
  return Buffer.concat([header, name]);
}

function directoryRecord({ name, common }: Packed, offset: number): Buffer {
  const isFar = offset >= MAX_UINT32;
  const record = Buffer.alloc(46);
  record.writeUInt32LE(DIRECTORY_RECORD, 0);
  record.writeUInt16LE(MADE_BY, 4);
  common.copy(record, 6);
  if (isFar) record.writeUInt16LE(VERSION_ZIP64, 6);
  record.writeUInt32LE(REGULAR_FILE_MODE * 65_536, 38);
  record.writeUInt32LE(isFar ? MAX_UINT32 : offset, 42);
  if (!isFar) return Buffer.concat([record, name]);
  const extra = Buffer.alloc(12);
  record.writeUInt16LE(extra.length, 30);
  extra.writeUInt16LE(ZIP64_EXTRA, 0);
  extra.writeUInt16LE(8, 2);
  extra.writeBigUInt64LE(BigInt(offset), 4);
  return Buffer.concat([record, name, extra]);
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_OF_DIRECTORY, 0);
  end.writeUInt16LE(Math.min(count, MAX_UINT16), 8);
  end.writeUInt16LE(Math.min(count, MAX_UINT16), 10);
  end.writeUInt32LE(Math.min(size, MAX_UINT32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_UINT32), 16);
  if (count < MAX_UINT16 && size < MAX_UINT32 && offset < MAX_UINT32) return end;
  const zip64 = Buffer.alloc(56);
  zip64.writeUInt32LE(ZIP64_END_OF_DIRECTORY, 0);
  zip64.writeBigUInt64LE(44n, 4);
  zip64.writeUInt16LE(MADE_BY, 12);
  zip64.writeUInt16LE(VERSION_ZIP64, 14);
  zip64.writeBigUInt64LE(BigInt(count), 24);
  zip64.writeBigUInt64LE(BigInt(count), 32);
  zip64.writeBigUInt64LE(BigInt(size), 40);
  zip64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(ZIP64_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([zip64, locator, end]);
}

function dosTime(time: Date): number {
  return (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
}

/** From 1980 to 2107. */
function dosDate(time: Date): number {
  const years = Math.min(Math.max(time.getUTCFullYear() - 1980, 0), 127);
  return (years << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
}

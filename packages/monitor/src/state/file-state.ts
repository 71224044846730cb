import type { FileKind, FileStat } from '../watch/file-change.js';

/** What is remembered of a name in a directory. */
export interface FileState {
  kind: FileKind;
  /** Null where it was gone, or something else, before it could be looked at. */
  stat: FileStat | null;
  /** Of a directory, the number under which its own entries are kept: it stays when the directory is moved. Else 0. */
  readonly directory: number;
  /** SHA-256 of the content, as long as it is the content of `stat`. */
  checksum: Uint8Array | null;
}

const KINDS: readonly FileKind[] = ['file', 'directory', 'link', 'other'];
const KIND_BITS = 0b11;
const HAS_STAT = 0b100;
const HAS_CHECKSUM = 0b1000;
const HEAD_BYTES = 7;
const STAT_BYTES = 56;
const CHECKSUM_BYTES = 32;

/** 7 bytes, 56 more with a stat, 32 more with a checksum; little-endian. */
export function encodeFileState({ kind, stat, directory, checksum }: FileState): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + (stat ? STAT_BYTES : 0) + (checksum ? CHECKSUM_BYTES : 0));
  bytes[0] = KINDS.indexOf(kind) | (stat ? HAS_STAT : 0) | (checksum ? HAS_CHECKSUM : 0);
  bytes.writeUIntLE(directory, 1, 6);
  if (stat) {
    bytes.writeBigUInt64LE(stat.device, 7);
    bytes.writeBigUInt64LE(stat.inode, 15);
    bytes.writeBigUInt64LE(BigInt(stat.sizeBytes), 23);
    bytes.writeBigInt64LE(stat.modifiedNs, 31);
    bytes.writeBigInt64LE(stat.changedNs, 39);
    bytes.writeUInt32LE(stat.mode, 47);
    bytes.writeUInt32LE(stat.userId, 51);
    bytes.writeUInt32LE(stat.groupId, 55);
    bytes.writeUInt32LE(stat.linkCount, 59);
  }
  if (checksum) bytes.set(checksum, bytes.length - CHECKSUM_BYTES);
  return bytes;
}

/** Copies what it keeps: `bytes` may be memory that is used again, and longer than what was written. */
export function decodeFileState(bytes: Buffer): FileState {
  const head = bytes[0]!;
  const kind = kindOf(head);
  return {
    kind,
    directory: bytes.readUIntLE(1, 6),
    stat: head & HAS_STAT ? decodeStat(kind, bytes) : null,
    checksum: head & HAS_CHECKSUM ? checksumOf(head, bytes) : null,
  };
}

/** The kind alone, for who goes through many. */
export function isDirectoryState(bytes: Buffer): boolean {
  return kindOf(bytes[0]!) === 'directory';
}

/** Names of the inode, without decoding the rest; 1 where that is unknown. */
export function linkCountOf(bytes: Buffer): number {
  return bytes[0]! & HAS_STAT ? bytes.readUInt32LE(59) : 1;
}

function checksumOf(head: number, bytes: Buffer): Uint8Array {
  const start = HEAD_BYTES + (head & HAS_STAT ? STAT_BYTES : 0);
  return new Uint8Array(bytes.subarray(start, start + CHECKSUM_BYTES));
}

function kindOf(head: number): FileKind {
  return KINDS[head & KIND_BITS]!;
}

function decodeStat(kind: FileKind, bytes: Buffer): FileStat {
  return {
    kind,
    device: bytes.readBigUInt64LE(7),
    inode: bytes.readBigUInt64LE(15),
    sizeBytes: Number(bytes.readBigUInt64LE(23)),
    modifiedNs: bytes.readBigInt64LE(31),
    changedNs: bytes.readBigInt64LE(39),
    mode: bytes.readUInt32LE(47),
    userId: bytes.readUInt32LE(51),
    groupId: bytes.readUInt32LE(55),
    linkCount: bytes.readUInt32LE(59),
  };
}

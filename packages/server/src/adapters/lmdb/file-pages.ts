import { fstatSync, readSync } from 'node:fs';
import { PortFailure } from '../../ports/failure.js';

/** Layout of LMDB's pages as lmdb-js 3.5 writes them (mdb.c: MDB_page_header, MDB_meta, MDB_db), little-endian. */
export const HEADER_BYTES = 24;
export const BRANCH = 1;
export const LEAF = 2;
export const OVERFLOW = 4;
const META = 8;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_BYTES = 168;
const FREE_TREE_OFFSET = 48;
const MAIN_TREE_OFFSET = 96;

/** A tree as the meta page describes it. */
export interface TreeRoot {
  depth: number;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
  /** Page number; undefined for an empty tree. */
  root: number | undefined;
}

export interface Meta {
  pageSize: number;
  lastPage: number;
  transaction: number;
  free: TreeRoot;
  main: TreeRoot;
}

/** The pages of an LMDB file that nobody writes to, checked as they are read. Fails with `corrupt`. */
export class FilePages {
  readonly meta: Meta;
  readonly #fd: number;
  readonly #fileBytes: number;
  readonly #seen = new Set<number>();

  constructor(fd: number) {
    this.#fd = fd;
    this.#fileBytes = fstatSync(fd).size;
    const first = this.#readMeta(0);
    const second = this.#readMeta(first.pageSize);
    // Commits write the two in turn, so the older one is of the commit before. A new file has none.
    if (Math.abs(first.transaction - second.transaction) > 1 || first.pageSize !== second.pageSize) {
      throw damaged('its two meta pages do not belong together');
    }
    this.meta = first.transaction > second.transaction ? first : second;
  }

  /** A page with its header, or a run of them for a value. No page may be reached twice. */
  page(number: number, flags: number, count = 1): Buffer {
    const { pageSize, lastPage, transaction } = this.meta;
    if (number < 2 || number + count - 1 > lastPage) throw damaged(`page ${number} is none of its pages`);
    const bytes = this.#read(number * pageSize, count * pageSize);
    const isOfCommit = wholeNumber(bytes, 8) <= transaction;
    if (wholeNumber(bytes, 0) !== number || bytes.readUInt16LE(18) !== flags || !isOfCommit) {
      throw damaged(`page ${number} is not what it should be`);
    }
    for (let each = number; each < number + count; each += 1) {
      if (this.#seen.has(each)) throw damaged(`page ${each} is used twice`);
      this.#seen.add(each);
    }
    return bytes;
  }

  #readMeta(offset: number): Meta {
    const bytes = this.#read(offset, META_BYTES);
    const known = bytes.readUInt32LE(HEADER_BYTES) === MAGIC && bytes.readUInt32LE(28) === DATA_VERSION;
    const pageSize = bytes.readUInt32LE(FREE_TREE_OFFSET);
    if (!known || bytes.readUInt16LE(18) !== META || pageSize < 512 || pageSize > 65_536) {
      throw damaged('a meta page is not what it should be');
    }
    const free = readTree(bytes, FREE_TREE_OFFSET);
    const main = readTree(bytes, MAIN_TREE_OFFSET);
    return { pageSize, lastPage: wholeNumber(bytes, 144), transaction: wholeNumber(bytes, 152), free, main };
  }

  #read(offset: number, length: number): Buffer {
    if (offset + length > this.#fileBytes) throw damaged('it was cut off');
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length; ) {
      const piece = readSync(this.#fd, bytes, read, length - read, offset + read);
      if (piece === 0) throw damaged('it was cut off');
      read += piece;
    }
    return bytes;
  }
}

export function damaged(what: string): PortFailure {
  return new PortFailure('corrupt', what);
}

/** A 64-bit number that has to be a safe integer. */
export function wholeNumber(bytes: Buffer, offset: number): number {
  const number = bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 2 ** 32;
  if (!Number.isSafeInteger(number)) throw damaged('a number in it is out of range');
  return number;
}

function readTree(bytes: Buffer, offset: number): TreeRoot {
  const empty = bytes.readBigUInt64LE(offset + 40) === 2n ** 64n - 1n;
  return {
    depth: bytes.readUInt16LE(offset + 6),
    branchPages: wholeNumber(bytes, offset + 8),
    leafPages: wholeNumber(bytes, offset + 16),
    overflowPages: wholeNumber(bytes, offset + 24),
    entries: wholeNumber(bytes, offset + 32),
    root: empty ? undefined : wholeNumber(bytes, offset + 40),
  };
}

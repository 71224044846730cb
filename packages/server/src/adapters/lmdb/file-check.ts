import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PortFailure } from '../../ports/failure.js';
import { decodeRecord } from './checked-record.js';
import { BRANCH, damaged, FilePages, HEADER_BYTES, LEAF, OVERFLOW, type TreeRoot, wholeNumber } from './file-pages.js';

const NODE_BYTES = 8;
const BIG_DATA = 1;
const OVERFLOW_REFERENCE_BYTES = 24;

type Compare = (a: Buffer, b: Buffer) => number;
interface Counts {
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

/**
 * Reads a whole LMDB file before LMDB does, and checks all that it leads to: pages, order of keys, counts, and the
 * checksum of every value. LMDB itself trusts its pages: from a damaged one it may lose an entry without a word, or
 * end the process. What cannot be noticed: a last commit that is gone together with its meta page, and a list of free
 * pages that names a wrong page.
 *
 * Fails with `corrupt`, naming the file. A file that is not there, or empty, is in order: it is about to be made.
 */
export function checkFile(folder: string): void {
  const path = join(folder, 'data.mdb');
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const pages = new FilePages(fd);
    new TreeWalk(pages, compareIntegers, () => undefined).check(pages.meta.free);
    new TreeWalk(pages, Buffer.compare, requireRecord).check(pages.meta.main);
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    throw new PortFailure('corrupt', `${path} is damaged (${error.message}). Restore it from a backup`);
  } finally {
    closeSync(fd);
  }
}

class TreeWalk {
  readonly #pages: FilePages;
  readonly #compare: Compare;
  readonly #onEntry: (key: Buffer, value: Buffer) => void;
  readonly #counts: Counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
  #last: Buffer | undefined;

  constructor(pages: FilePages, compare: Compare, onEntry: (key: Buffer, value: Buffer) => void) {
    this.#pages = pages;
    this.#compare = compare;
    this.#onEntry = onEntry;
  }

  check(tree: TreeRoot): void {
    if (tree.root !== undefined) this.#visit(tree.root, tree.depth, undefined, undefined);
    for (const [name, count] of Object.entries(this.#counts)) {
      if (tree[name as keyof Counts] !== count) throw damaged('parts of it are missing');
    }
  }

  /** All keys below the page must lie in [low, high). */
  #visit(number: number, depth: number, low: Buffer | undefined, high: Buffer | undefined): void {
    const isLeaf = depth <= 1;
    const page = this.#pages.page(number, isLeaf ? LEAF : BRANCH);
    const nodes = nodesOf(page, number);
    this.#counts[isLeaf ? 'leafPages' : 'branchPages'] += 1;
    nodes.forEach((node, place) => {
      const key = page.subarray(node + NODE_BYTES, node + NODE_BYTES + page.readUInt16LE(node + 6));
      if (isLeaf) {
        this.#entry(page, node, key, number, low, high);
        return;
      }
      const next = nodes[place + 1];
      const end =
        next === undefined ? high : page.subarray(next + NODE_BYTES, next + NODE_BYTES + page.readUInt16LE(next + 6));
      const child = page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
      this.#visit(child, depth - 1, place === 0 ? low : key, end);
    });
  }

  #entry(page: Buffer, node: number, key: Buffer, number: number, low?: Buffer, high?: Buffer): void {
    const ordered =
      (this.#last === undefined || this.#compare(this.#last, key) < 0) &&
      (low === undefined || this.#compare(low, key) <= 0) &&
      (high === undefined || this.#compare(key, high) < 0);
    if (!ordered) throw damaged(`the keys of page ${number} are out of order`);
    this.#last = key;
    this.#counts.entries += 1;
    this.#onEntry(key, this.#value(page, node, key, number));
  }

  #value(page: Buffer, node: number, key: Buffer, number: number): Buffer {
    const start = node + NODE_BYTES + key.length;
    const bytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const inline = flags === BIG_DATA ? OVERFLOW_REFERENCE_BYTES : bytes;
    if (flags > BIG_DATA || start + inline > page.length) throw damaged(`an entry of page ${number} has no end`);
    if (flags !== BIG_DATA) return page.subarray(start, start + bytes);
    const count = wholeNumber(page, start + 16);
    if (count < 1 || count * page.length < HEADER_BYTES + bytes) throw damaged(`a value of page ${number} has no end`);
    this.#counts.overflowPages += count;
    const run = this.#pages.page(wholeNumber(page, start), OVERFLOW, count);
    return run.subarray(HEADER_BYTES, HEADER_BYTES + bytes);
  }
}

/** Offsets of the nodes, in the order of their keys. */
function nodesOf(page: Buffer, number: number): number[] {
  const room = page.length - HEADER_BYTES;
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (lower < 2 || lower % 2 !== 0 || lower > upper || upper > room) throw damaged(`page ${number} has no entries`);
  return Array.from({ length: lower / 2 }, (_, place) => {
    const offset = page.readUInt16LE(HEADER_BYTES + 2 * place);
    const node = HEADER_BYTES + offset;
    if (offset < upper || offset + NODE_BYTES > room || node + NODE_BYTES + page.readUInt16LE(node + 6) > page.length) {
      throw damaged(`an entry of page ${number} lies outside of it`);
    }
    return node;
  });
}

function requireRecord(key: Buffer, value: Buffer): void {
  if (decodeRecord(key, value) === undefined) throw damaged(`the value of ${printable(key)} is not what was written`);
}

function printable(key: Buffer): string {
  const text = key.toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? text : `0x${key.toString('hex')}`;
}

function compareIntegers(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) throw damaged('a key in the list of free pages is too short');
  return wholeNumber(a, 0) - wholeNumber(b, 0);
}

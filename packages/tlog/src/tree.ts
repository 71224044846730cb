import { EMPTY_ROOT, HASH_BYTES, nodeHash, nodeHashInto, requireHash } from './hash.js';
import { requireCount, TlogError } from './tlog-error.js';

/**
 * The right edge of a tree: all that is needed to append to it or to know its root.
 * `hashes` are the roots of the perfect subtrees that make up `size` leaves, largest (leftmost) first; there is one
 * for each 1 bit of `size`.
 */
export interface TreeEdge {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

/**
 * Told each hash that has a place in a tile (tlog-tiles): level 0 for every leaf, level L when a subtree of 256^L
 * leaves completes. `index` counts the hashes of that level from 0.
 */
export type OnNode = (level: number, index: number, hash: Uint8Array) => void;

/**
 * The same for a run of hashes of one level, concatenated (32 bytes each), the first of which has this index. They are
 * the caller's until it returns: copy what is kept.
 */
export type OnNodes = (level: number, firstIndex: number, hashes: Uint8Array) => void;

/** An append-only RFC 6962 tree of which only the right edge is in memory: at most 53 hashes, whatever the size. */
export class GrowingTree {
  #size: number;
  readonly #hashes: Uint8Array[];
  readonly #onNode: OnNode | undefined;

  /** @throws TlogError `bad-argument` if `edge` is not the edge of a tree of its size. */
  constructor(edge?: TreeEdge, onNode?: OnNode) {
    if (edge !== undefined) checkEdge(edge);
    this.#size = edge?.size ?? 0;
    this.#hashes = [...(edge?.hashes ?? [])];
    this.#onNode = onNode;
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its hash. The tree keeps the array that it is given: do not write to it afterwards. */
  append(leafHash: Uint8Array): void {
    requireHash(leafHash, 'leaf hash');
    if (this.#size === Number.MAX_SAFE_INTEGER) throw new TlogError('bad-argument', 'the tree is full');
    let index = this.#size;
    let height = 0;
    let hash = leafHash;
    this.#onNode?.(0, index, hash);
    while (index % 2 === 1) {
      hash = nodeHash(this.#hashes.pop()!, hash);
      index = (index - 1) / 2;
      height += 1;
      if (height % 8 === 0) this.#onNode?.(height / 8, index, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  /**
   * Adds leaves by their hashes, concatenated (32 bytes each): the same as {@link append} of each, without an object
   * for every hash. What has a place in a tile is told to `onNodes`, level by level.
   * @throws TlogError `bad-argument` if these are not whole hashes
   */
  appendAll(leafHashes: Uint8Array, onNodes?: OnNodes): void {
    if (leafHashes.length % HASH_BYTES !== 0) throw new TlogError('bad-argument', 'these are not whole hashes');
    const count = leafHashes.length / HASH_BYTES;
    requireCount(this.#size + count, 'size');
    const edge: Uint8Array[] = [];
    // Room for a hash before the first one: that of the perfect subtree on its left, where there is one.
    const work = new Uint8Array(leafHashes.length + HASH_BYTES);
    work.set(leafHashes, HASH_BYTES);
    let index = this.#size;
    let hashes = count;
    for (let height = 0; hashes > 0; height++) {
      if (height % 8 === 0) onNodes?.(height / 8, index, work.subarray(HASH_BYTES, (hashes + 1) * HASH_BYTES));
      const hasLeft = index % 2 === 1;
      if (hasLeft) work.set(this.#hashes.pop()!, 0);
      const from = hasLeft ? 0 : HASH_BYTES;
      const total = hashes + (hasLeft ? 1 : 0);
      const pairs = Math.floor(total / 2);
      if (total % 2 === 1) {
        const last = from + (total - 1) * HASH_BYTES;
        edge.unshift(work.slice(last, last + HASH_BYTES));
      }
      for (let i = 0; i < pairs; i++) nodeHashInto(work, from + 2 * i * HASH_BYTES, work, (i + 1) * HASH_BYTES);
      index = (index - (hasLeft ? 1 : 0)) / 2;
      hashes = pairs;
    }
    this.#hashes.push(...edge);
    this.#size += count;
  }

  /** Root hash of the leaves so far, 32 bytes. */
  root(): Uint8Array {
    return foldEdge(this.#hashes);
  }

  /** The edge now; later appends do not change it. */
  edge(): TreeEdge {
    return { size: this.#size, hashes: [...this.#hashes] };
  }
}

/**
 * Root hash of the tree with this right edge.
 * @throws TlogError `bad-argument` if it is not the edge of a tree of its size.
 */
export function rootFromEdge(edge: TreeEdge): Uint8Array {
  checkEdge(edge);
  return foldEdge(edge.hashes);
}

/** Joins perfect subtrees, largest first, into the root of the tree that they make up (RFC 6962 section 2.1). */
export function foldEdge(hashes: readonly Uint8Array[]): Uint8Array {
  let root = hashes.at(-1);
  if (root === undefined) return Uint8Array.from(EMPTY_ROOT);
  for (let i = hashes.length - 2; i >= 0; i--) root = nodeHash(hashes[i]!, root);
  return root;
}

function checkEdge(edge: TreeEdge): void {
  requireCount(edge.size, 'size');
  let subtrees = 0;
  for (let rest = edge.size; rest > 0; rest = Math.floor(rest / 2)) subtrees += rest % 2;
  if (edge.hashes.length !== subtrees) {
    throw new TlogError(
      'bad-argument',
      `the edge of ${edge.size} leaves has ${subtrees} hashes, not ${edge.hashes.length}`,
    );
  }
  for (const hash of edge.hashes) requireHash(hash, 'edge hash');
}

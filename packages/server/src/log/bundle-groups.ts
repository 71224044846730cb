import { TILE_WIDTH } from '@attestlog/tlog';
import type { EntryFraming } from '../ports/entry-framing.js';
import { ReadCache } from './read-cache.js';

/** Bundles that are read from the store together: whoever reads one mostly reads the next ones too. */
export const BUNDLES_PER_GROUP = 32;
/** The same where the store cannot tell what comes: 128 MiB in the worst case. */
const BUNDLES_OF_UNKNOWN_BYTES = 8;
/** A group has no more bytes than this, unless a single bundle has: 256 entries can be 16 MiB. */
export const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/** Bundles whose sizes are asked for together: 65,536 entries. */
const BUNDLES_PER_SEGMENT = 256;
/** A kilobyte for each 128 bundles: the sizes of 33 million entries. */
const MAX_CACHED_BYTES = 1024 * 1024;
const SIZE_BYTES = 8;

/** Full bundles [first, end), and how many bytes each has, as far as the store can tell. */
export interface BundleGroup {
  readonly first: number;
  readonly end: number;
  readonly bytes: readonly number[] | undefined;
}

/** Which bundles of a log are read together: neighbours that are there, as many as make a bounded number of bytes. */
export class BundleGroups {
  readonly #framing: EntryFraming | undefined;
  readonly #segments = new ReadCache<number[]>(MAX_CACHED_BYTES);

  /** @param framing tells sizes; without it groups are smaller, and bounded in bundles alone */
  constructor(framing: EntryFraming | undefined) {
    this.#framing = framing;
  }

  /** The group of bundle `index` of a log with so many full bundles; undefined where one of its entries is gone. */
  async groupOf(tenant: string, index: number, fullBundles: number): Promise<BundleGroup | undefined> {
    const framing = this.#framing;
    if (framing === undefined) return groupOfUnknownBytes(index, fullBundles);
    const start = index - (index % BUNDLES_PER_SEGMENT);
    const key = `${tenant}/${start}`;
    for (;;) {
      const sizes = await this.#segments.get(key, () => readSizes(framing, tenant, start, fullBundles));
      if (index - start < sizes.length) return groupAround(sizes, index - start, start);
      // Of before the log had this bundle.
      this.#segments.forget(key);
    }
  }

  /** Asks for the sizes around this bundle again: the store did not have what they said. */
  forget(tenant: string, index: number): void {
    this.#segments.forget(`${tenant}/${index - (index % BUNDLES_PER_SEGMENT)}`);
  }
}

async function readSizes(framing: EntryFraming, tenant: string, start: number, fullBundles: number) {
  const end = Math.min(start + BUNDLES_PER_SEGMENT, fullBundles);
  const value = await framing.runBytes(tenant, start * TILE_WIDTH, end * TILE_WIDTH, TILE_WIDTH);
  return { value, bytes: value.length * SIZE_BYTES };
}

function groupOfUnknownBytes(index: number, fullBundles: number): BundleGroup {
  const first = index - (index % BUNDLES_OF_UNKNOWN_BYTES);
  return { first, end: Math.min(first + BUNDLES_OF_UNKNOWN_BYTES, fullBundles), bytes: undefined };
}

/** Groups follow from the sizes from the left on, so that of a log that grows all but the last one stay as they are. */
function groupAround(sizes: readonly number[], wanted: number, offset: number): BundleGroup | undefined {
  if (sizes[wanted] === 0) return undefined;
  for (let first = 0; ; ) {
    const end = groupEnd(sizes, first);
    if (wanted < end) return { first: first + offset, end: end + offset, bytes: sizes.slice(first, end) };
    first = end;
  }
}

/** Where the group that begins at a bundle ends; one that is gone is a group for itself. */
function groupEnd(sizes: readonly number[], first: number): number {
  let bytes = sizes[first]!;
  let end = first + 1;
  while (bytes > 0 && end < sizes.length && end - first < BUNDLES_PER_GROUP) {
    if (sizes[end] === 0 || bytes + sizes[end]! > MAX_GROUP_BYTES) break;
    bytes += sizes[end++]!;
  }
  return end;
}

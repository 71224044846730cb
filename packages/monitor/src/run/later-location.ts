import { lstat } from 'node:fs/promises';
import type { Change } from '../watch/file-change.js';
import type { TreeWatch } from './tree-watch.js';
import { locationOf } from './watched-root.js';

export interface LaterLocationParts {
  readonly folder: string;
  readonly watch: Pick<TreeWatch, 'placeOf' | 'caughtUp'>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A directory may be renamed again while it is asked for. */
const ATTEMPTS = 5;
/** The watch reads nothing while its records wait for whoever waits here. */
const CATCH_UP_MAX_MS = 2_000;

/**
 * Where a file lies that is not where its record says: a directory above it was renamed since, which is told later, and
 * without the files in it. Undefined where it was deleted, replaced or renamed itself: that has a record of its own.
 *
 * @param tried where it is not; absolute, as what is returned
 */
export async function laterLocation(
  change: Change,
  tried: string | Buffer,
  { folder, watch, sleep }: LaterLocationParts,
): Promise<string | Buffer | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const place = watch.placeOf(change);
    if (place === undefined) return undefined;
    const location = locationOf(folder, place.path, place.pathBytes);
    if (!Buffer.from(location).equals(Buffer.from(tried))) return location;
    // With its directory there, it is the file that went.
    const inode = await inodeAt(folderOf(Buffer.from(tried)));
    if (inode !== undefined && inode === (place.directoryInode ?? inode)) return undefined;
    await Promise.race([watch.caughtUp(), sleep(CATCH_UP_MAX_MS)]);
  }
  return undefined;
}

/** Of names as bytes, since not all are text. */
function folderOf(location: Buffer): Buffer {
  return location.subarray(0, location.lastIndexOf('/'));
}

async function inodeAt(folder: Buffer): Promise<bigint | undefined> {
  return lstat(folder, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

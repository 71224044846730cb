/**
 * Where an object lies below the folder. Segments of a key become names, with three differences, told apart by
 * characters that no key has:
 *
 * - a folder's name ends in `+`, because there may be objects `a` and `a/b`;
 * - a segment of 200 characters or more is cut up, because file systems take names of 255 bytes: each full piece is a
 *   folder whose name ends in `~`;
 * - what is left after the last full piece, where it is nothing, is `~`.
 *
 * Each name stands for a part of the key (see {@link keyPart}); in a folder, no two names' parts begin one with the
 * other, save that a file's may begin a folder's. So a walk that takes the names of each folder in the order of their
 * parts meets the keys in order.
 */
const PIECE_LENGTH = 200;

/** The names on the way to an object, the last one being its file. The key must be well-formed. */
export function objectNames(key: string): string[] {
  const segments = key.split('/');
  return segments.flatMap((segment, place) => {
    const pieces: string[] = [];
    let rest = segment;
    for (; rest.length >= PIECE_LENGTH; rest = rest.slice(PIECE_LENGTH)) pieces.push(`${rest.slice(0, PIECE_LENGTH)}~`);
    const name = rest || '~';
    return [...pieces, place === segments.length - 1 ? name : `${name}+`];
  });
}

/** The part of a key that a name in the folder stands for, and whether more of the key follows below it. */
export function keyPart(name: string): { part: string; isFolder: boolean } {
  if (name.endsWith('+')) return { part: `${keyPart(name.slice(0, -1)).part}/`, isFolder: true };
  if (name === '~') return { part: '', isFolder: false };
  if (name.endsWith('~')) return { part: name.slice(0, -1), isFolder: true };
  return { part: name, isFolder: false };
}

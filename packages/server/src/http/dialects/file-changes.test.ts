import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileChanges } from './file-changes.js';

/** What the changes of a history are, newest first. */
function changesOf(checksums: readonly unknown[]): number[] {
  const changes = new FileChanges<number>();
  for (const [place, checksum] of checksums.entries()) changes.add(place, checksum);
  changes.end();
  return changes.changes;
}

describe('the changes of a file', () => {
  it.each([
    [[], []],
    [['a'], [0]],
    [['a', 'a', 'a'], [2]],
    [
      ['b', 'b', 'a', 'a', 'b'],
      [1, 3, 4],
    ],
    [
      ['a', null, undefined, 'a'],
      [0, 2, 3],
    ],
  ])('of %j, newest first, are at %j', (checksums, expected) => {
    expect(changesOf(checksums)).toEqual(expected);
  });

  it('have no two neighbours of one checksum, and are those that differ from the event before them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', null)), (checksums) => {
        const expected = checksums.flatMap((sum, at) =>
          at === checksums.length - 1 || checksums[at + 1] !== sum ? [at] : [],
        );
        expect(changesOf(checksums)).toEqual(expected);
      }),
    );
  });
});

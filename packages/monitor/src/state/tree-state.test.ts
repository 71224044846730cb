import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { FileKind } from '../watch/file-change.js';
import { decodeFileState, encodeFileState, type FileState } from './file-state.js';
import { openLmdbTreeState } from './lmdb-tree-state.js';
import type { StateWrite } from './tree-state.js';

const large = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const small = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const kind = fc.constantFrom<FileKind>('file', 'directory', 'link', 'other');
const fileState: fc.Arbitrary<FileState> = fc
  .record({
    kind,
    directory: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    checksum: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })),
    stat: fc.option(
      fc.record({
        ...{ kind, device: large, inode: large, modifiedNs: large, changedNs: large },
        ...{ sizeBytes: fc.maxSafeNat(), mode: small, userId: small, groupId: small, linkCount: small },
      }),
    ),
  })
  .map((state) => ({ ...state, stat: state.stat && { ...state.stat, kind: state.kind } }));

const folder = mkdtempSync(join(tmpdir(), 'tree-state-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the state of a file', () => {
  it('comes back as it was, from memory that is longer too', () => {
    fc.assert(
      fc.property(fileState, fc.nat(20), (state, more) => {
        const bytes = Buffer.concat([encodeFileState(state), Buffer.alloc(more, 0xff)]);
        expect(decodeFileState(bytes)).toEqual(state);
      }),
    );
  });
});

describe('a tree state in LMDB', () => {
  const entry = (directory: number): FileState => ({
    kind: directory ? 'directory' : 'file',
    stat: null,
    directory,
    checksum: null,
  });

  it('has what was written, directory by directory', async () => {
    const options = { folder: join(folder, 'lmdb'), root: '/root', nowMs: () => 1, newId: () => 'id' };
    const state = openLmdbTreeState(options);
    const writes: StateWrite[] = [
      { directory: 0, name: '', entry: entry(1) },
      { directory: 1, name: 'b', entry: entry(0) },
      { directory: 1, name: 'a\xff', entry: entry(256) },
      { directory: 256, name: 'c', entry: entry(0) },
    ];
    await state.write(writes, []);
    expect([...state.children(1)].map(([name]) => name)).toEqual(['a\xff', 'b']);
    expect([...state.directoriesAndLinks()].map(({ name }) => name)).toEqual(['', 'a\xff']);
    expect([...state.all()]).toHaveLength(4);
    await state.write([{ directory: 1, name: 'b', entry: null }], []);
    expect(state.get({ directory: 1, name: 'b' })).toBeUndefined();
    expect(state.get({ directory: 256, name: 'c' })).toEqual(entry(0));
    await state.close();
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appliedDiff } from '../../testing/applied-diff.js';
import { created, deleted, fileStat, modified, renamed } from '../../testing/records.js';
import type { FileStat } from '../watch/file-change.js';
import { ChangeContents, type ContentOptions } from './change-content.js';
import { ContentCache } from './content-cache.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const MIB = 1024 * 1024;

describe('what a change left', () => {
  let folder: string;
  let file: string;
  let options: ContentOptions;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attestlog-content-'));
    file = join(folder, 'file');
    options = {
      checksums: true,
      checksumMaxBytes: MIB,
      diffs: 'modified',
      textMaxBytes: 1_000,
      diffMaxChars: 10_000,
      cache: await ContentCache.open(join(folder, 'cache'), MIB),
      hash: sha256,
      now: Date.now,
      sleep: async () => {},
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes a file as it was some time ago. */
  function write(content: string | Buffer): FileStat {
    writeFileSync(file, content);
    utimesSync(file, 1_000, 1_000);
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return fileStat({ inode: ino, sizeBytes: Number(size), modifiedNs: mtimeNs });
  }

  it('has checksums, and the diff from one text to the next', async () => {
    const contents = new ChangeContents(options);
    expect(await contents.of(created({ stat: write('one\ntwo\n') }), file)).toEqual({
      checksum: sha256('one\ntwo\n'),
      previousChecksum: null,
      linesAdded: 2,
    });
    const change = await contents.of(modified({ stat: write('one\n2\nthree') }), file);
    expect(change).toMatchObject({
      checksum: sha256('one\n2\nthree'),
      previousChecksum: sha256('one\ntwo\n'),
      linesAdded: 2,
      linesRemoved: 1,
    });
    expect(appliedDiff('one\ntwo\n', change.diff!)).toBe('one\n2\nthree');
    expect(await contents.of(deleted(), file)).toEqual({
      checksum: null,
      previousChecksum: sha256('one\n2\nthree'),
      linesRemoved: 3,
    });
    expect(await contents.of(created({ stat: write('x') }), file)).toMatchObject({ previousChecksum: null });
  });

  it('tells of all texts where that is wanted, and of none where it is not', async () => {
    const all = new ChangeContents({ ...options, diffs: 'all' });
    expect(await all.of(created({ stat: write('a\n') }), file)).toMatchObject({ diff: '@@ -0,0 +1,1 @@\n+a\n' });
    expect(await all.of(deleted(), file)).toMatchObject({ diff: '@@ -1,1 +0,0 @@\n-a\n' });
    const none = new ChangeContents({ ...options, diffs: 'none' });
    expect(await none.of(created({ stat: write('b\n') }), file)).toEqual({
      checksum: sha256('b\n'),
      previousChecksum: null,
    });
    const unread = new ChangeContents({ ...options, checksums: false });
    expect(await unread.of(created({ stat: write('b\n') }), file)).toEqual({ checksum: null, previousChecksum: null });
  });

  it('begins with what the state knows', async () => {
    await options.cache?.put(sha256('old\n'), 'old\n');
    const before = { stat: null, checksum: createHash('sha256').update('old\n').digest() };
    const contents = new ChangeContents(options);
    expect(await contents.of(modified({ before, stat: write('new\n') }), file)).toMatchObject({
      previousChecksum: sha256('old\n'),
      diff: '@@ -1,1 +1,1 @@\n-old\n+new\n',
    });
  });

  it('begins with what was read of a file before its first change', async () => {
    const contents = new ChangeContents(options);
    write('old\n');
    const baseline = await contents.baseline('src/main.ts', file);
    if (baseline === undefined) throw new Error('the file was not read');
    const before = { stat: null, checksum: baseline.checksum };
    expect(await contents.of(modified({ before, stat: write('new\n') }), file)).toMatchObject({
      previousChecksum: sha256('old\n'),
      diff: '@@ -1,1 +1,1 @@\n-old\n+new\n',
    });
  });

  it.each<[string, string | Buffer, object]>([
    ['a binary', Buffer.from('a\0b'), { noDiff: 'binary' }],
    ['no UTF-8', Buffer.from([0xff, 0xfe]), { noDiff: 'not-utf-8' }],
    ['a long text', 'x'.repeat(1_001), { noDiff: 'too-large' }],
    ['a text that was not known', 'x', { noDiff: 'no-former-content' }],
    ['more than is read', 'x'.repeat(MIB + 1), { checksum: null, noChecksum: 'too-large' }],
  ])('says why there is no diff of %s', async (_, content, expected) => {
    expect(await new ChangeContents(options).of(modified({ stat: write(content) }), file)).toMatchObject(expected);
  });

  it('says that a diff is too long, and still how many lines', async () => {
    const contents = new ChangeContents({ ...options, diffMaxChars: 50 });
    await contents.of(created({ stat: write('a\n') }), file);
    expect(await contents.of(modified({ stat: write('b\n'.repeat(99)) }), file)).toMatchObject({
      noDiff: 'too-long',
      linesAdded: 99,
      linesRemoved: 1,
    });
  });

  it('is not what a later change left, and the next diff says that it covers both', async () => {
    const contents = new ChangeContents(options);
    await contents.of(created({ stat: write('1\n') }), file);
    const passed = write('2\n+\n');
    const there = write('3\n');
    expect(await contents.of(modified({ stat: passed }), file)).toMatchObject({
      checksum: null,
      noChecksum: 'changed-since',
      previousChecksum: sha256('1\n'),
    });
    expect(await contents.of(modified({ stat: there }), file)).toMatchObject({
      checksum: sha256('3\n'),
      previousChecksum: null,
      diff: '@@ -1,1 +1,1 @@\n-1\n+3\n',
      diffBase: sha256('1\n'),
    });
  });

  it('goes along with a rename, of the file or of a folder above it', async () => {
    const contents = new ChangeContents(options);
    const stat = write('1\n');
    await contents.of(created({ path: 'a/f', stat }), file);
    const to = join(folder, 'other');
    renameSync(file, to);
    const folderRenamed = renamed({ kind: 'directory', oldPath: 'a', path: 'b' });
    await contents.of(folderRenamed, folder);
    expect(await contents.of(renamed({ oldPath: 'b/f', path: 'b/g', stat }), to)).toMatchObject({
      checksum: sha256('1\n'),
    });
    file = to;
    expect(await contents.of(modified({ path: 'b/g', stat: write('2\n') }), to)).toMatchObject({
      previousChecksum: sha256('1\n'),
    });
  });

  it('never has a secret in it, in what is told and in what is kept', async () => {
    const contents = new ChangeContents({ ...options, diffs: 'all' });
    const secret = 'correct-horse-battery';
    const told = [
      await contents.of(created({ path: '.env', stat: write(`PASSWORD=${secret}-1\n`) }), file),
      await contents.of(modified({ path: '.env', stat: write(`PASSWORD=${secret}-2\nA=1\n`) }), file),
      await contents.of(deleted({ path: '.env' }), file),
    ];
    expect(JSON.stringify(told)).not.toContain(secret);
    expect(told[1]).toMatchObject({ linesAdded: 2, linesRemoved: 1 });
    for (const number of [1, 2]) {
      const kept = await options.cache?.get(sha256(`PASSWORD=${secret}-${number}\n${number === 2 ? 'A=1\n' : ''}`));
      expect(kept).toMatch(/^PASSWORD=\[api_key:h/);
    }
  });
});

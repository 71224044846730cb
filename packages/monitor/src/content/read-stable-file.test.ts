import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReadOptions, readStableFile } from './read-stable-file.js';

const sha256 = (data: string | Buffer) => new Uint8Array(createHash('sha256').update(data).digest());

describe('reading a file as it is at one moment', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attestlog-stable-'));
    file = join(folder, 'file');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const slept: number[] = [];
  const options: ReadOptions = {
    maxBytes: 1_000_000,
    keepMaxBytes: 10,
    now: Date.now,
    sleep: async (ms) => void slept.push(ms),
  };
  /** A file that nobody has written to for a while. */
  const write = (content: string | Buffer) => {
    writeFileSync(file, content);
    utimesSync(file, 1_000, 1_000);
  };

  it('gives the checksum, and the bytes up to a size', async () => {
    for (const content of ['', '0123456789', Buffer.alloc(700_000, 'x')]) {
      write(content);
      const read = await readStableFile(file, options);
      expect(read).toMatchObject({ state: 'stable', sizeBytes: content.length, modifiedNs: 1_000_000_000_000n });
      if (read.state !== 'stable') return;
      expect(new Uint8Array(read.checksum)).toEqual(sha256(content));
      expect(read.bytes?.toString()).toBe(content.length <= 10 ? Buffer.from(content).toString() : undefined);
    }
  });

  it('reads up to its bound and no further', async () => {
    write('0123456789');
    expect(await readStableFile(file, { ...options, maxBytes: 10 })).toMatchObject({ state: 'stable' });
    expect(await readStableFile(file, { ...options, maxBytes: 9 })).toEqual({ state: 'too-large' });
  });

  it('reads again what was written to meanwhile', async () => {
    write('first');
    const writing = { ...options, sleep: async () => write('whole') };
    // Written to just now: the first look waits for the tick, and what is written in the wait is what is read.
    writeFileSync(file, 'half');
    expect(await readStableFile(file, writing)).toMatchObject({ checksum: Buffer.from(sha256('whole')) });
  });

  it('says so when it never comes to rest', async () => {
    slept.length = 0;
    writeFileSync(file, 'long content');
    // Written to between the look before and the look after, each time.
    const restless = { ...options, now: appendedTo(file) };
    const read = await readStableFile(file, restless);
    expect(read).toEqual({ state: 'unstable' });
    expect(slept).toEqual([50, 100, 200]);
  });

  it('says why there is nothing to read', async () => {
    expect(await readStableFile(file, options)).toEqual({ state: 'gone' });
    expect(await readStableFile(folder, options)).toEqual({ state: 'no-file' });
    symlinkSync('/etc/hostname', file);
    expect(await readStableFile(file, options)).toEqual({ state: 'no-file' });
    expect(await readStableFile(join(folder, 'x\0'), options)).toEqual({ state: 'unreadable' });
  });
});

/** A clock that writes to the file each time that it is asked. */
function appendedTo(file: string): () => number {
  return () => {
    appendFileSync(file, 'more');
    return 0;
  };
}

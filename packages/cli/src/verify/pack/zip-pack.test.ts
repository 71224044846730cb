import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawFile, rawZip } from '../../testing/raw-zip.js';
import { ZipPack } from './zip-pack.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-zip-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(zip: Buffer): Promise<ZipPack> {
  const path = join(folder, 'pack.zip');
  await writeFile(path, zip);
  return ZipPack.open(path);
}

/** Reads all of it. */
async function contents(zip: Buffer): Promise<Map<string, string>> {
  const pack = await opened(zip);
  try {
    const files = new Map<string, string>();
    for (const name of pack.names) files.set(name, (await pack.read(name)).toString('latin1'));
    return files;
  } finally {
    await pack.close();
  }
}

const event: RawFile = { name: 'events/1.json', bytes: Buffer.from('{"id":"e1"}') };
const receipt: RawFile = { name: 'receipts/1.txt', bytes: Buffer.alloc(3000, 'proof') };

describe('an archive', () => {
  it('gives its files as they are, compressed or stored, with the folders that archivers add', async () => {
    const empty = { name: 'README.txt', bytes: Buffer.alloc(0) };
    const folders = ['events/', 'receipts/'].map((name) => ({ name, bytes: Buffer.alloc(0), method: 0 }));
    const files = await contents(rawZip([...folders, event, { ...receipt, method: 0 }, empty]));
    expect([...files.keys()]).toEqual(['events/1.json', 'receipts/1.txt', 'README.txt']);
    expect(files.get('events/1.json')).toBe('{"id":"e1"}');
    expect(files.get('receipts/1.txt')).toHaveLength(3000);
  });

  const hostile: [string, readonly RawFile[], RegExp][] = [
    ['two files of one name', [event, event], /two files/],
    ['a path that climbs', [{ ...event, name: '../events/1.json' }], /zip archive: invalid relative path/],
    ['an absolute path', [{ ...event, name: '/etc/passwd' }], /zip archive: absolute path/],
    ['a path of another system', [{ ...event, name: 'events\\1.json' }], /zip archive: invalid characters/],
    ['a file that no pack has', [{ ...event, name: 'events/1.exe' }], /no file of the name/],
    ['an index written in another way', [{ ...event, name: 'events/01.json' }], /no file of the name/],
    ['a file larger than such a file is', [{ ...event, size: 70_000 }], /65535 at most/],
    ['a file in another one’s place', [event, { ...event, name: 'events/2.json', overBefore: true }], /lies over/],
    ['an encrypted file', [{ ...event, flags: 1 }], /encrypted/],
    ['a compression of its own', [{ ...event, method: 12 }], /compressed in another way/],
    [
      'more bytes than announced',
      [{ ...event, bytes: Buffer.alloc(60_000_000), size: 1000 }],
      /cannot be read.*larger/,
    ],
    ['fewer bytes than announced', [{ ...event, size: 12 }], /cannot be read.*11 bytes/],
    ['another checksum', [{ ...event, crc: 7 }], /cannot be read.*checksum/],
    ['another name at its own place', [{ ...event, localName: 'events/2.json' }], /cannot be read.*another name/],
  ];

  it.each(hostile)('with %s is refused', async (_, files, message) => {
    await expect(contents(rawZip(files))).rejects.toMatchObject({
      name: 'PackRefusal',
      message: expect.stringMatching(message),
    });
  });

  it('that is none, or is cut off anywhere, is refused', async () => {
    const zip = rawZip([event, receipt]);
    for (const none of [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(5000), Buffer.from('{"pack":"x"}')]) {
      await expect(contents(none)).rejects.toMatchObject({ name: 'PackRefusal' });
    }
    for (let length = 0; length < zip.length; length += 11) {
      await expect(contents(zip.subarray(0, length))).rejects.toMatchObject({ name: 'PackRefusal' });
    }
  });

  it('of which any byte was changed gives the same files or is refused', async () => {
    const zip = rawZip([event, receipt, { name: 'key', bytes: Buffer.from('k\n') }]);
    const whole = await contents(zip);
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const copy = Buffer.from(zip);
        copy[at]! ^= bits;
        try {
          const found = await contents(copy);
          // A name can become another one of a pack; whoever checks the pack finds that it was not packed.
          for (const [name, bytes] of found) if (whole.has(name)) expect(bytes).toBe(whole.get(name));
        } catch (error) {
          expect(error).toMatchObject({ name: 'PackRefusal' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('a file that is not there is the caller’s mistake', async () => {
  await expect(ZipPack.open(join(folder, 'none.zip'))).rejects.toMatchObject({ name: 'CliFailure', exitCode: 4 });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unzipped } from '../../testing/unzipped.js';
import { type ArchivedFile, zipArchive } from './zip-archive.js';

const AT = new Date('2025-10-06T12:34:56Z');

async function zipOf(files: Iterable<ArchivedFile>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of zipArchive(files, AT)) pieces.push(piece);
  return Buffer.concat(pieces);
}

it('has every file as it is, in order, compressed where that is shorter', async () => {
  const anyFile = fc.record({
    name: fc.stringMatching(/^[a-z]{1,8}\/[0-9]{1,5}\.txt$/),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.nat(70_000).map((length) => new Uint8Array(length).fill(65)),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyFile, { maxLength: 8, selector: ({ name }) => name }), async (files) => {
      const zip = await zipOf(files);
      const found = unzipped(zip);
      expect([...found.keys()]).toEqual(files.map(({ name }) => name));
      for (const { name, bytes } of files) expect(Buffer.compare(found.get(name)!, bytes)).toBe(0);
      expect(zip.length).toBeLessThan(files.reduce((sum, { bytes }) => sum + Math.min(bytes.length, 600) + 130, 23));
    }),
  );
});

it('is the same for the same files and time, and says both as the format has it', async () => {
  const zip = await zipOf([{ name: 'a', bytes: Buffer.from('x') }]);
  expect(zip.toString('hex')).toBe(
    // The checksum is that of PNG's specification: CRC-32 of "x" is 0x8cdc1683.
    '504b030414000000' +
      '00005c64465b' +
      '8316dc8c' +
      '0100000001000000' +
      '01000000' +
      '61' +
      '78' +
      '504b01022d031400' +
      '000000005c64465b' +
      '8316dc8c' +
      '0100000001000000' +
      '0100' +
      '00000000000000000000a48100000000' +
      '61' +
      '504b05060000000001000100' +
      '2f000000' +
      '20000000' +
      '0000',
  );
});

it('counts more files than the first format could', async () => {
  const bytes = Buffer.alloc(0);
  const zip = await zipOf(Array.from({ length: 65_536 }, (_, i) => ({ name: `events/${i}.json`, bytes })));
  const end = zip.length - 22;
  expect(zip.readUInt16LE(end + 10)).toBe(0xffff);
  const locator = end - 20;
  expect(zip.readUInt32LE(locator)).toBe(0x07064b50);
  const zip64 = Number(zip.readBigUInt64LE(locator + 8));
  expect(zip.readUInt32LE(zip64)).toBe(0x06064b50);
  expect(zip.readBigUInt64LE(zip64 + 32)).toBe(65_536n);
  expect(zip.readUInt32LE(Number(zip.readBigUInt64LE(zip64 + 48)))).toBe(0x02014b50);
});

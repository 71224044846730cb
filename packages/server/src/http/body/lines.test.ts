import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressedLines, repeatingFrame, sampleLines, storedFrame } from '../../../testing/zstd-samples.js';
import type { BodyEncoding } from './body.js';
import { type Line, readLines } from './lines.js';

const LIMITS = { maxLineBytes: 1000, maxGroupLines: 5, maxGroupBytes: 1000 };

async function groupsOf(pieces: Uint8Array[], encoding: BodyEncoding = 'identity', limits = LIMITS): Promise<Line[][]> {
  const groups: Line[][] = [];
  for await (const group of readLines(Readable.from(pieces), encoding, limits)) groups.push(group);
  return groups;
}

async function linesOf(text: string | Uint8Array, encoding: BodyEncoding = 'identity'): Promise<Line[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return (await groupsOf([bytes], encoding)).flat();
}

/** Cuts bytes at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe('lines', () => {
  test('end with LF or CRLF, the last one also with the body', async () => {
    expect(await linesOf('a\nb\r\nc')).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: 'b' },
      { number: 3, text: 'c' },
    ]);
    expect(await linesOf('a\r\n')).toEqual([{ number: 1, text: 'a' }]);
    expect(await linesOf('a\r')).toEqual([{ number: 1, text: 'a' }]);
    expect(await linesOf('')).toEqual([]);
  });

  test('that are blank are left out, and counted', async () => {
    expect(await linesOf('\n \t\n\r\na\n\n\nb\n  ')).toEqual([
      { number: 4, text: 'a' },
      { number: 7, text: 'b' },
    ]);
  });

  test('that are not UTF-8 have no text, and the others have theirs', async () => {
    expect(await linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0xc3, 0xbc, 0x0a, 0xc3]))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: undefined },
      { number: 3, text: 'ü' },
      { number: 4, text: undefined },
    ]);
  });

  test('are the same however the bytes come, in every encoding', async () => {
    const text = fc.array(fc.constantFrom('a', 'ü€', '{"id":1}', '', ' ', '\r', '😀', 'b'.repeat(90)), {
      maxLength: 30,
    });
    const encoded = { identity: (bytes: Buffer) => bytes, gzip: (bytes: Buffer) => gzipSync(bytes), zstd: storedFrame };
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom<BodyEncoding>('identity', 'gzip', 'zstd'),
        async (parts, end, places, encoding) => {
          const bytes = Buffer.from(parts.join(end));
          const pieces = cut(encoded[encoding](bytes), places);
          expect((await groupsOf(pieces, encoding)).flat()).toEqual((await groupsOf([bytes])).flat());
        },
      ),
      { numRuns: 300 },
    );
  });

  test('that the zstd command compressed are read', async () => {
    const lines = (await groupsOf(cut(compressedLines, [1, 5, 300, 301]), 'zstd')).flat();
    expect(lines.map(({ text }) => text)).toEqual(sampleLines);
  });
});

describe('groups', () => {
  test('have no more lines than they may, and come as soon as there is anything', async () => {
    const groups = await groupsOf([Buffer.from('1\n2\n'), Buffer.from('3\n4\n5\n6\n7\n8\n9\n')]);
    expect(groups.map((group) => group.length)).toEqual([2, 5, 2]);
  });

  test('end when they have enough bytes', async () => {
    const line = `${'x'.repeat(600)}\n`;
    expect((await groupsOf([Buffer.from(line.repeat(4))])).map((group) => group.length)).toEqual([2, 2]);
  });
});

describe('a line that is too long', () => {
  const tooLong = { code: 'body-too-large' };

  test('is refused, also when it comes whole, and at its end', async () => {
    const bytes = Buffer.from(`a\n${'x'.repeat(1001)}\nb\n`);
    for (const pieces of [[bytes], cut(bytes, [500, 900]), cut(bytes, [1003]), cut(bytes, Array.from(bytes.keys()))]) {
      await expect(groupsOf(pieces)).rejects.toMatchObject(tooLong);
    }
    const atTheEnd = Buffer.from(`a\n${'x'.repeat(1001)}`);
    await expect(groupsOf([atTheEnd])).rejects.toMatchObject(tooLong);
    expect(await linesOf(`a\n${'x'.repeat(1000)}`)).toHaveLength(2);
  });

  test.each<[BodyEncoding, Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(50_000_000, 0x78))],
    ['zstd', repeatingFrame(0x78, 2000)],
  ])('out of %s is refused before it is all there', async (encoding, bomb) => {
    const before = process.memoryUsage().rss;
    await expect(groupsOf([bomb], encoding)).rejects.toMatchObject(tooLong);
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  });

  test('byte by byte costs no more than its bytes', async () => {
    const bytes = 300_000;
    const pieces = Array.from({ length: bytes }, () => Buffer.from('x'));
    const [[line]] = (await groupsOf(pieces, 'identity', { ...LIMITS, maxLineBytes: bytes })) as [[Line]];
    expect(line.text).toHaveLength(bytes);
  });
});

test.each<[BodyEncoding, Buffer]>([
  ['gzip', Buffer.from('no gzip')],
  ['gzip', gzipSync(Buffer.from('a\n')).subarray(0, -3)],
  ['zstd', Buffer.from('no zstd at all')],
  ['zstd', compressedLines.subarray(0, -3)],
])('a body that is no whole %s is told so, after the lines before that', async (encoding, body) => {
  await expect(groupsOf([body], encoding)).rejects.toMatchObject({ code: 'body-encoding-broken' });
});

test.each<BodyEncoding>(['identity', 'gzip', 'zstd'])(
  'a body in %s that is left half read is not destroyed',
  async (encoding) => {
    const lines = Buffer.from('a\nb\n'.repeat(10));
    const encoded = { identity: lines, gzip: gzipSync(lines), zstd: storedFrame(lines) }[encoding];
    const endless = () => body.push(encoded);
    const body: Readable = new Readable({ read: endless });
    for await (const _group of readLines(body, encoding, LIMITS)) break;
    expect(body.destroyed).toBe(false);
  },
);

test('the failure of the body itself comes through', async () => {
  const body = new Readable({
    read() {
      this.destroy(new Error('the connection broke'));
    },
  });
  const lines = readLines(body, 'identity', LIMITS).next();
  await expect(lines).rejects.toThrow('the connection broke');
});

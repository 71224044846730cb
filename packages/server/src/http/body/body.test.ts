import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { repeatingFrame, storedFrame } from '../../../testing/zstd-samples.js';
import { bodyBytes, bodyEncoding } from './body.js';

const bodyText = async (...args: Parameters<typeof bodyBytes>) => (await bodyBytes(...args)).toString('utf8');

const TEXT = '{"id":"ü"}';
const BYTES = Buffer.from(TEXT);

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['Identity', 'identity'],
  [' gzip ', 'gzip'],
  ['x-gzip', 'gzip'],
  ['ZSTD', 'zstd'],
])('Content-Encoding %j is %s', (header, encoding) => {
  expect(bodyEncoding(header)).toBe(encoding);
});

test.each(['br', 'deflate', 'gzip, gzip', 'x'.repeat(10_000)])('Content-Encoding %j is not understood', (header) => {
  expect(() => bodyEncoding(header)).toThrow(expect.objectContaining({ code: 'body-wrong-type' }));
});

describe('a body', () => {
  test.each([
    ['identity', BYTES],
    ['gzip', gzipSync(BYTES)],
    ['gzip', Buffer.concat([gzipSync(BYTES.subarray(0, 4)), gzipSync(BYTES.subarray(4))])],
    ['zstd', storedFrame(BYTES, { checksum: true })],
  ] as const)('in %s is read', async (encoding, body) => {
    expect(await bodyText(body, encoding, 100)).toBe(TEXT);
  });

  test.each([
    ['gzip', BYTES],
    ['gzip', gzipSync(BYTES).subarray(0, -1)],
    ['gzip', Buffer.alloc(0)],
    ['zstd', BYTES],
    ['zstd', storedFrame(BYTES).subarray(0, -1)],
    ['zstd', Buffer.alloc(0)],
  ] as const)('that is no whole %s is broken', async (encoding, body) => {
    await expect(bodyText(body, encoding, 100)).rejects.toMatchObject({ code: 'body-encoding-broken' });
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000, 0x20), { level: 9 })],
    ['zstd', repeatingFrame(0x20, 400)],
  ] as const)('that blows up under %s is too large', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(100_000);
    await expect(bodyText(bomb, encoding, 1_000_000)).rejects.toMatchObject({ code: 'body-too-large' });
  });

  test('is decompressed no further than there is room for it', async () => {
    const room = (bytes: number) => {
      if (bytes > 1_000_000) throw new Error('no room');
    };
    const bombs = { gzip: gzipSync(Buffer.alloc(50_000_000, 0x20)), zstd: repeatingFrame(0x20, 400) };
    for (const encoding of ['gzip', 'zstd'] as const) {
      await expect(bodyBytes(bombs[encoding], encoding, 100_000_000, room)).rejects.toThrow('no room');
    }
  });

  test('of just the largest size is read, and one byte more is not', async () => {
    for (const compressed of [gzipSync(BYTES), storedFrame(BYTES)]) {
      const encoding = compressed[0] === 0x1f ? 'gzip' : 'zstd';
      expect(await bodyText(compressed, encoding, BYTES.length)).toBe(TEXT);
      await expect(bodyText(compressed, encoding, BYTES.length - 1)).rejects.toMatchObject({ code: 'body-too-large' });
    }
  });

  test.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]]])('%j is not UTF-8', async (bytes) => {
    await expect(bodyText(Buffer.from(bytes), 'identity', 100)).rejects.toMatchObject({ code: 'body-not-json' });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compressedLines,
  repeatingFrame,
  sampleLines,
  skippableFrame,
  storedFrame,
} from '../../../testing/zstd-samples.js';
import { Problem } from '../../errors.js';
import { unzstd } from './unzstd.js';

async function whole(...pieces: Uint8Array[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of unzstd(pieces)) parts.push(part);
  return Buffer.concat(parts);
}

const lines = Buffer.from(`${sampleLines.join('\n')}\n`);

test('what the zstd command compressed comes back', async () => {
  expect((await whole(compressedLines)).equals(lines)).toBe(true);
});

test('any bytes come back, over frames and blocks of any size, however they are split', async () => {
  const frame = fc.record({
    content: fc.uint8Array({ maxLength: 500 }),
    blockBytes: fc.integer({ min: 1, max: 300 }),
    checksum: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      async (frames, step) => {
        const bytes = Buffer.concat(frames.flatMap((each) => [storedFrame(each.content, each), skippableFrame(3)]));
        const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
          bytes.subarray(i * step, (i + 1) * step),
        );
        expect((await whole(...pieces)).equals(Buffer.concat(frames.map(({ content }) => content)))).toBe(true);
      },
    ),
  );
});

describe('broken streams', () => {
  test('that end early anywhere are told so', async () => {
    for (let end = 0; end < compressedLines.length; end += 7) {
      await expect(whole(compressedLines.subarray(0, end))).rejects.toMatchObject({ code: 'body-encoding-broken' });
    }
  });

  test('that were changed anywhere give bytes or a problem, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(compressedLines.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const changed = Buffer.from(compressedLines);
        changed[at] = byte;
        await whole(changed).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
      }),
      { numRuns: 500 },
    );
  });
});

test('a small body that becomes a large one comes in parts of a few megabytes, and can be left at any of them', async () => {
  let bytes = 0;
  let largest = 0;
  for await (const part of unzstd([repeatingFrame(65, 2000)])) {
    bytes += part.length;
    largest = Math.max(largest, part.length);
    if (bytes > 4_000_000) break;
  }
  expect(bytes).toBeLessThan(4_200_000);
  expect(largest).toBeLessThanOrEqual(131_072);
});

test('other work has its turn meanwhile', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await whole(repeatingFrame(65, 3000));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

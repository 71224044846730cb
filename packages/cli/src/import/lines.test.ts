import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Line, readLines } from './lines.js';

async function linesOf(chunks: readonly Uint8Array[], maxBytes: number): Promise<Line[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const lines: Line[] = [];
  for await (const batch of readLines(source, maxBytes)) lines.push(...batch);
  return lines;
}

it('gives the same lines however the content is cut', async () => {
  const piece = fc.uint8Array({ maxLength: 12 }).map((bytes) => bytes.map((byte) => (byte % 3 === 0 ? 0x0a : byte)));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (chunks) => {
      const whole = Buffer.concat(chunks).toString('latin1');
      const expected = whole.split('\n');
      if (expected.at(-1) === '') expected.pop();
      const lines = await linesOf(chunks, 1000);
      expect(lines.map(({ bytes }) => bytes?.toString('latin1'))).toEqual(expected);
      expect(lines.map(({ number }) => number)).toEqual(expected.map((_, at) => at + 1));
    }),
  );
});

it('passes over the rest of a line that is too long', async () => {
  const lines = await linesOf([Buffer.from('abc'), Buffer.from('def\nabc'), Buffer.from('\nxyzxyz')], 4);
  expect(lines.map(({ bytes }) => bytes?.toString())).toEqual([undefined, 'abc', undefined]);
});

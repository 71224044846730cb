import fc from 'fast-check';

/** A text with one small change: a character put in, taken out or replaced, a line repeated or dropped, or a cut. */
export function mutated(text: string): fc.Arbitrary<string> {
  const at = fc.nat(text.length - 1);
  const character = fc.oneof(
    fc.constantFrom('\n', ' ', '+', '=', '0', 'A', '/', '—', '\t', '\r', '\u0000', '\ud800', '\u00a0'),
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  const lines = text.split('\n');
  const line = fc.nat(lines.length - 1);
  return fc.oneof(
    fc.tuple(at, character).map(([i, c]) => text.slice(0, i) + c + text.slice(i)),
    fc.tuple(at, character).map(([i, c]) => text.slice(0, i) + c + text.slice(i + 1)),
    at.map((i) => text.slice(0, i) + text.slice(i + 1)),
    at.map((i) => text.slice(0, i)),
    line.map((i) => lines.toSpliced(i, 1).join('\n')),
    line.map((i) => lines.toSpliced(i, 0, lines[i]!).join('\n')),
  );
}

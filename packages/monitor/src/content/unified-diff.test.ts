import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appliedDiff } from '../../testing/applied-diff.js';
import { countLines, unifiedDiff } from './unified-diff.js';

const ANY_LENGTH = Number.POSITIVE_INFINITY;
const line = fc.oneof(
  fc.constantFrom('', 'a', 'b', '}', '-- x', '++ y', '@@', '\\ No', 'c\r'),
  fc.string({ maxLength: 3 }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(
    ([lines, ends]) =>
      lines.map((each) => each.replaceAll('\n', '')).join('\n') + (ends && lines.length > 0 ? '\n' : ''),
  );

describe('a unified diff', () => {
  it('is written as the format wants it', () => {
    expect(unifiedDiff('old line\n', 'new line\nmore\n', ANY_LENGTH)).toEqual({
      diff: '@@ -1,1 +1,2 @@\n-old line\n+new line\n+more\n',
      linesAdded: 2,
      linesRemoved: 1,
    });
    expect(unifiedDiff('', 'a\n', ANY_LENGTH).diff).toBe('@@ -0,0 +1,1 @@\n+a\n');
    expect(unifiedDiff('a\n', '', ANY_LENGTH).diff).toBe('@@ -1,1 +0,0 @@\n-a\n');
    expect(unifiedDiff('a', 'a\n', ANY_LENGTH).diff).toBe('@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n');
    expect(unifiedDiff('a\n', 'a\n', ANY_LENGTH)).toEqual({ diff: '', linesAdded: 0, linesRemoved: 0 });
  });

  it('joins changes whose contexts touch, and parts others', () => {
    const lines = (changed: readonly number[]) =>
      Array.from({ length: 30 }, (_, index) => `${changed.includes(index) ? 'x' : index}\n`).join('');
    const hunks = (changed: readonly number[]) =>
      unifiedDiff(lines([]), lines(changed), ANY_LENGTH).diff?.match(/^@@/gm);
    expect(hunks([5, 12])).toHaveLength(1);
    expect(hunks([5, 13])).toHaveLength(2);
  });

  it('applied to the text before gives the text after', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { diff, linesAdded, linesRemoved } = unifiedDiff(before, after, ANY_LENGTH);
        expect(appliedDiff(before, diff!)).toBe(after);
        expect(countLines(before) + linesAdded - linesRemoved).toBe(countLines(after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is what patch(1) understands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlog-patch-'));
    try {
      const file = join(folder, 'file');
      const before = `${Array.from({ length: 50 }, (_, index) => `line ${index % 7}`).join('\n')}\n`;
      const after = before.replaceAll('line 3\nline 4', 'line 3\nnew\nline 4').replace('line 6', '').slice(0, -1);
      writeFileSync(file, before);
      const { diff } = unifiedDiff(before, after, ANY_LENGTH);
      execFileSync('patch', ['--quiet', file], { input: `--- file\n+++ file\n${diff}` });
      expect(readFileSync(file, 'utf8')).toBe(after);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says only how many lines changed when it would be too long', () => {
    const after = 'a line\n'.repeat(100);
    const { length } = unifiedDiff('', after, ANY_LENGTH).diff!;
    expect(unifiedDiff('', after, length).diff).toHaveLength(length);
    expect(unifiedDiff('', after, length - 1)).toEqual({ diff: undefined, linesAdded: 100, linesRemoved: 0 });
  });
});

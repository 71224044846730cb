import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ignoreRules } from './ignore-rules.js';

const none = { defaults: false, rules: [], own: [] };

describe('rules of what is left out', () => {
  it('have defaults, which can be switched off and overruled', () => {
    const usual = ignoreRules({ ...none, defaults: true });
    expect(usual('a/node_modules', 'directory')).toBe(true);
    expect(usual('.git', 'directory')).toBe(true);
    expect(usual('.git', 'file')).toBe(false);
    expect(usual('.env', 'file')).toBe(false);
    expect(usual('src/.main.ts.swp', 'file')).toBe(true);
    expect(ignoreRules(none)('.git', 'directory')).toBe(false);
    expect(ignoreRules({ ...none, defaults: true, rules: ['!.git/'] })('.git', 'directory')).toBe(false);
  });

  it('never leave out the root, and always the own files of the monitor', () => {
    const rules = ignoreRules({ ...none, rules: ['*', '!state'], own: ['state'] });
    expect(rules('', 'directory')).toBe(false);
    expect(rules('state', 'directory')).toBe(true);
    expect(rules('state/data.mdb', 'file')).toBe(true);
  });

  it('take every name that a file can have', () => {
    const rules = ignoreRules({ ...none, rules: ['*.log'] });
    for (const name of ['..x', '...', ' ', '\\', 'C:\\x', '~', '!x', '#x', 'a\nb', '-', '*', '[']) {
      expect(rules(name, 'file')).toBe(false);
      expect(rules(`${name}.log`, 'file')).toBe(true);
    }
  });

  it('regard case', () => {
    expect(ignoreRules({ ...none, rules: ['*.LOG'] })('a.log', 'file')).toBe(false);
  });

  it('mean what they mean to Git', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlog-rules-'));
    try {
      execFileSync('git', ['init', '-q', folder]);
      const name = fc.constantFrom('a', 'b', 'ab', 'a.log', 'b.log');
      const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
      const rule = fc
        .tuple(
          fc.constantFrom('', '!'),
          fc.constantFrom('', '/', '**/'),
          fc.oneof(path, fc.constantFrom('*', '*.log', 'a*', '?', 'a/**')),
        )
        .chain(([not, start, body]) => fc.constantFrom('', '/').map((end) => not + start + body + end));
      fc.assert(
        fc.property(
          fc.array(rule, { maxLength: 4 }),
          fc.uniqueArray(path, { minLength: 8, maxLength: 8 }),
          (lines, paths) => {
            writeFileSync(join(folder, '.gitignore'), lines.map((line) => `${line}\n`).join(''));
            const rules = ignoreRules({ ...none, rules: lines });
            expect(paths.filter((each) => rules(each, 'file'))).toEqual(ignoredByGit(folder, paths));
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function ignoredByGit(folder: string, paths: readonly string[]): string[] {
  try {
    const input = paths.join('\0');
    const args = ['-C', folder, 'check-ignore', '--no-index', '-z', '--stdin'];
    return execFileSync('git', args, { input, encoding: 'utf8' }).split('\0').slice(0, -1);
  } catch (error) {
    // Its exit code when none is ignored.
    if (error instanceof Error && 'status' in error && error.status === 1) return [];
    throw error;
  }
}

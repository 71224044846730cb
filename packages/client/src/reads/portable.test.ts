import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FOLDER = dirname(fileURLToPath(import.meta.url));

/** The modules that a file imports at run time, by its imports and theirs; types are gone by then. */
function modulesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8').replace(/^(?:import|export) type\b[^;]*;/gm, '');
  const names = [...text.matchAll(/^(?:import|export)\s[^'"]*?from '([^']+)';/gm)].map((match) => match[1]!);
  return names.flatMap((name) =>
    name.startsWith('.') ? modulesOf(join(dirname(file), name.replace(/\.js$/, '.ts')), seen) : [name],
  );
}

it('needs no module but its own, where it is to run in browsers and at the edge', () => {
  expect(modulesOf(join(FOLDER, 'index.ts'))).toEqual([]);
});

it('would see one', () => {
  expect(modulesOf(join(FOLDER, 'node.ts'))).toContain('node:crypto');
});

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root } from './repository.js';

/** An import of a module by another one. */
export interface Import {
  /** The file that imports, below its `src`: `intake/intake.ts`. */
  file: string;
  /** What it imports: a file below the same `src` without its ending (`ports/journal`), or a module's name. */
  target: string;
}

/** The source files of a package that run in production, below its `src`, with `/` on every system. */
export function sourceFiles(name: string): { file: string; text: string }[] {
  const folder = `${root}packages/${name}/src`;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing/'))
    .sort()
    .map((file) => ({ file, text: readFileSync(`${folder}/${file}`, 'utf8') }));
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `require('x')`; types count like values. */
const STATEMENT = /(?:^|[\s;])(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?(['"])([^'"\n]+)\1/g;
const CALL = /\b(?:import|require)\s*\(\s*(['"`])([^'"`\n]+)\1\s*\)/g;

/** The imports of one file, in no order. */
export function importsOf(file: string, text: string): Import[] {
  const code = withoutComments(text);
  const names = [...code.matchAll(STATEMENT), ...code.matchAll(CALL)].map((match) => match[2]!);
  return names.map((name) => ({ file, target: name.startsWith('.') ? resolved(file, name) : name }));
}

function resolved(file: string, name: string): string {
  return posix.join(posix.dirname(file), name).replace(/\.[jt]s$/, '');
}

/** Good enough for our formatted code: comments begin a line or follow a space. */
export function withoutComments(text: string): string {
  return text.replace(/(^|\s)\/\*[\s\S]*?\*\//g, '$1').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/**
 * The zone of the rules that a file lies in: the longest key that is the file itself, without its ending, or a folder
 * above it. Undefined where the rules name none.
 */
export function zoneOf(file: string, zones: readonly string[]): string | undefined {
  const path = file.replace(/\.ts$/, '');
  return zones.filter((zone) => path === zone || path.startsWith(`${zone}/`)).sort((a, b) => b.length - a.length)[0];
}

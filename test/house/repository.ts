import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const FOLDERS = ['.ci', 'bench', 'docs', 'examples', 'packages', 'scripts', 'test'];
const MADE_OR_FOREIGN = /(^|\/)(node_modules|dist|results|testdata|coverage)\//;
const TEXT = /\.(ts|mts|mjs|cjs|js|json|md|yaml|yml|go|sh)$|(^|\/)\.ci\/run$/;

/** The text files that people write, below the root, with `/` on every system. */
export function repositoryFiles(): string[] {
  const top = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  return [...top, ...below.map((path) => path.replaceAll('\\', '/'))]
    .filter((path) => TEXT.test(path) && !MADE_OR_FOREIGN.test(path) && path !== 'package-lock.json')
    .sort();
}

export interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The package.json files: that of the repository first, then those of the packages. */
export function manifests(): Manifest[] {
  const packages = readdirSync(join(root, 'packages')).sort();
  return ['.', ...packages.map((name) => `packages/${name}`)].map(
    (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
  );
}

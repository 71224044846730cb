// node scripts/pack-package.mjs NAME FOLDER: writes what is published of packages/NAME. Our own packages below it are
// bundled into it, with their types, so that whoever installs it gets no package that they did not ask for.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { isMain, root } from './setup.mjs';

/** The packages that are bundled; everything else has to be a dependency of the package. */
const bundled = ['@attestlog/event', '@attestlog/tlog'];
const specifier = /(\bfrom\s*|\bimport\s*\(\s*)(['"])([^'"]+)\2/g;

/** Writes the published form of a package, which has been compiled, to a folder of its own. */
export async function packPackage(name, folder) {
  const source = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(manifest.exports).map(([path, { types, default: code }]) => ({ path, types, code }));
  await bundleCode(source, folder, manifest, entries);
  const types = collectTypes(entries.map((entry) => join(source, entry.types)));
  for (const [from, text] of types) write(join(folder, typesPath(from)), text);
  write(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(source, manifest, entries), null, 2)}\n`);
  for (const file of ['README.md', 'LICENSE']) {
    const found = [join(source, file), join(root, file)].find(existsSync);
    if (found !== undefined) copyFileSync(found, join(folder, file));
  }
}

/** One bundle an entry, with what they share in files of its own: a module exists once, however it is reached. */
async function bundleCode(source, folder, manifest, entries) {
  await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => join(source, entry.code)),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: [
      'node:*',
      ...Object.keys(allDependencies(manifest)).filter((dependency) => !bundled.includes(dependency)),
    ],
    logLevel: 'error',
  });
}

function publishedManifest(source, { private: _private, devDependencies: _dev, ...manifest }, entries) {
  const exports = entries.map(({ path, code, types }) => [
    path,
    { types: `./${typesPath(join(source, types))}`, default: `./dist/${relative('dist', code)}` },
  ]);
  const dependencies = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !bundled.includes(name));
  const { dependencies: _all, ...rest } = manifest;
  return {
    ...rest,
    engines: { node: '>=20.19' },
    exports: Object.fromEntries(exports),
    files: ['dist'],
    ...(dependencies.length === 0 ? {} : { dependencies: Object.fromEntries(dependencies) }),
  };
}

function allDependencies({ dependencies, peerDependencies }) {
  return { ...dependencies, ...peerDependencies };
}

/** The declarations that the entries need, with the names of our own packages replaced by paths. */
function collectTypes(entries) {
  const collected = new Map();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (collected.has(file)) continue;
    const text = readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
    const rewritten = text.replace(specifier, (whole, before, quote, target) => {
      const found = declarationOf(file, target);
      if (found === undefined) return whole;
      waiting.push(found);
      const path = relative(dirname(typesPath(file)), typesPath(found)).replace(/\.d\.ts$/, '.js');
      return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
    });
    collected.set(file, rewritten);
  }
  return collected;
}

/** The file that declares a module of ours; undefined for one of Node or of a dependency. */
function declarationOf(file, target) {
  if (target.startsWith('.')) return join(dirname(file), target.replace(/\.js$/, '.d.ts'));
  const owner = bundled.find((name) => target === name || target.startsWith(`${name}/`));
  if (owner === undefined) return undefined;
  const folder = join(root, 'packages', owner.slice('@attestlog/'.length));
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, exports[`.${target.slice(owner.length)}`].types);
}

/** `packages/event/dist/json.d.ts` → `dist/types/event/json.d.ts` */
function typesPath(file) {
  const [name, , ...rest] = relative(join(root, 'packages'), file).split('/');
  return join('dist', 'types', name, ...rest);
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (isMain(import.meta.url)) {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || folder === undefined) {
    console.error('node scripts/pack-package.mjs NAME FOLDER');
    process.exit(2);
  }
  await packPackage(name, folder);
}

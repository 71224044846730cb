// What every script needs first: the right Node, the dependencies, the compiled packages. Nothing but Node is needed,
// so that a fresh clone can run any of them. `npm run setup` runs it alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const oldestNode = [20, 19];
const LOCK_POLL_MS = 200;
const lockFile = join(root, 'package-lock.json');
/** Holds the hash of the package-lock.json that node_modules was installed from. */
const stampFile = join(root, 'node_modules', '.attestlog-setup');

/** The programs of the dependencies that the scripts run, by the file that Node runs: no shell, so no quoting. */
export const tools = {
  tsc: join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  biome: join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'),
  vitest: join(root, 'node_modules', 'vitest', 'vitest.mjs'),
};

/** Node, the dependencies and the compiled packages; ends the process with a message where one of them fails. */
export function setUp() {
  requireNode();
  if (!isInstalled()) install();
  if (!buildPackages()) fail('The packages do not compile; the messages above say where.');
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(`Attestlog needs Node.js ${oldestNode.join('.')} or newer, and this is ${process.version}: https://nodejs.org`);
}

/** True when node_modules is what package-lock.json asks for. */
export function isInstalled() {
  const modules = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(modules)) return false;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === lockHash();
  // Installed by hand: npm writes its own list last, so a newer one is whole.
  if (statSync(modules).mtimeMs < statSync(lockFile).mtimeMs) return false;
  writeFileSync(stampFile, lockHash());
  return true;
}

export function install() {
  const release = lockSetup();
  // Somebody else may have done it while this one waited.
  if (!isInstalled()) installAll();
  release();
}

function installAll() {
  console.log('Installing the dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund'];
  const result =
    npm !== undefined && /\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
      : spawnSync(`npm ${args.join(' ')}`, { cwd: root, stdio: 'inherit', shell: true });
  if (result.status !== 0) fail('The dependencies could not be installed; is there a network, and npm?');
  writeFileSync(stampFile, lockHash());
}

/**
 * Waits until no other script installs into this folder: two at once would empty it for each other. The file that is
 * the lock names its owner, so that one whose owner was killed is taken over.
 */
function lockSetup() {
  const lock = join(tmpdir(), `attestlog-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const mine = `${lock}-${process.pid}`;
  writeFileSync(mine, String(process.pid));
  while (!isLinked(mine, lock)) {
    if (isRunning(ownerOf(lock))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    else rmSync(lock, { force: true });
  }
  rmSync(mine);
  return () => rmSync(lock, { force: true });
}

function isLinked(existing, name) {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** 0 where the owner has let go of it meanwhile. */
function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 0;
  }
}

function isRunning(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Compiles what runs, without the tests; takes a second when nothing has changed. */
export function buildPackages() {
  return runTool(tools.tsc, ['-b', 'packages/cli', 'packages/middleware', 'packages/outbox']);
}

/** Runs a program of the dependencies in the terminal; true when it ends well. */
export function runTool(file, args, env = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  return spawnSync(process.execPath, [file, ...args], options).status === 0;
}

/** True when the file of this URL is what Node was asked to run, and not imported. */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

if (isMain(import.meta.url)) setUp();

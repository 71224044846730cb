// npm run demo: from a fresh clone to a proven log. Starts the server on an empty folder, imports events, shows a page
// of them, one receipt and a whole verification; then leaves the server running to be tried out (Ctrl-C stops it), or
// stops it when nobody is at the terminal, or with --exit.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, setUp } from './setup.mjs';

const START_SECONDS = 60;
const command = join(root, 'packages', 'cli', 'bin', 'attestlog.cjs');
const stays = process.stdin.isTTY === true && process.stdout.isTTY === true && !process.argv.includes('--exit');
const realEvents = resolve(root, '..', 'shared', 'data', 'cloudtrail-invictus', 'CloudTrail');
const sampleEvents = join(root, 'examples', 'events.ndjson');

setUp();
const folder = mkdtempSync(join(tmpdir(), 'attestlog-demo-'));
/** Whether the demo is being ended: nothing more is shown then. */
let stopping = false;
let server;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stopServer());

try {
  server = await startServer();
  await untilReady();
  await show();
  tellWhatNext();
  if (stays) {
    await server.ended;
    if (!stopping) throw new Error('The server ended by itself:');
  }
} catch (error) {
  if (!stopping) {
    console.error(`\n${error.message}\n${server?.messages() ?? ''}`);
    process.exitCode = 1;
  }
} finally {
  await stopServer();
  rmSync(folder, { recursive: true, force: true });
}

/** Starts the built server on an empty folder, with a key of its own. */
async function startServer() {
  step('Starting the server on an empty folder');
  const port = await freePort(8480);
  const key = `demo_${randomBytes(24).toString('base64url')}`;
  const args = [command, 'serve', '--data', join(folder, 'data'), '--host', '127.0.0.1', '--port', String(port)];
  const env = { ...withoutSettings(process.env), ATTESTLOG_BOOTSTRAP_KEY: key };
  // Not in this script's process group: Ctrl-C goes to the script, and the script stops the server.
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => said.push(text));
  }
  const ended = new Promise((done) => child.once('exit', done));
  return { child, url: `http://127.0.0.1:${port}`, key, ended, messages: () => said.join('').trim().slice(-4000) };
}

async function untilReady() {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (!(await isReady(server.url))) {
    if (server.child.exitCode !== null) throw new Error('The server did not start:');
    if (Date.now() > deadline) throw new Error(`The server was not ready in ${START_SECONDS} seconds:`);
    await sleep(100);
  }
  console.log(`It is ready on ${server.url}, and keeps everything in ${join(folder, 'data')}`);
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function show() {
  const real = existsSync(realEvents);
  const [format, events] = real ? ['cloudtrail', realEvents] : ['events', sampleEvents];
  step(`Importing ${real ? 'a real CloudTrail log' : 'the example events'} (${shown(events)})`);
  await run(['import', '--format', format, '--state', join(folder, 'import.json'), events]);

  step('A page of events, newest first');
  await run(['query', '--limit', '10']);

  step('The receipt of one of them: the proof that the log has it, for whoever holds the key of the log');
  const page = JSON.parse(await run(['query', '--limit', '1', '--json'], { silent: true }));
  await run(['receipt', page.events[0].event.id]);

  step('Verifying the whole log: every entry is read and every hash computed again');
  const memory = join(folder, 'checkpoint');
  await run(['verify', '--remember', memory]);
  if (!existsSync(memory)) throw new Error(`The checkpoint was not remembered in ${memory}`);
}

function tellWhatNext() {
  const { url, key } = server;
  if (!stays) {
    console.log(
      `\nThe server was on ${url}, and stops now. On a terminal, npm run demo leaves it running to be tried.`,
    );
    return;
  }
  console.log(`
The server runs on ${url} until you press Ctrl-C; ${url}/docs describes its API. In another terminal:

  export ATTESTLOG_URL=${url} ATTESTLOG_KEY=${key}
  npx attestlog query --help
  curl -H "Authorization: Bearer $ATTESTLOG_KEY" -H 'Content-Type: application/json' \\
    -d '{"action":"order.approve","actor":{"id":"clerk-17"}}' "$ATTESTLOG_URL/api/v1/events?wait=sealed"
  npx attestlog verify --remember ${join(folder, 'checkpoint')}
`);
}

/** Runs the command against the server, showing it as one would type it; resolves with what it printed. */
async function run(args, { silent = false } = {}) {
  if (!silent) console.log(`$ attestlog ${args.map(shown).join(' ')}`);
  const env = { ...withoutSettings(process.env), ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key };
  const child = spawn(process.execPath, [command, ...args], {
    env,
    stdio: ['ignore', silent ? 'pipe' : 'inherit', 'inherit'],
  });
  const printed = [];
  child.stdout?.on('data', (bytes) => printed.push(bytes));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`attestlog ${args[0]} ended with ${code}`);
  return Buffer.concat(printed).toString('utf8');
}

/** Settings of another server in the environment are none of the demo's business. */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ATTESTLOG_')));
}

async function stopServer() {
  stopping = true;
  if (server?.child.exitCode === null) server.child.kill('SIGTERM');
  await server?.ended;
}

function freePort(wanted) {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', (error) => (wanted === 0 ? failed(error) : done(freePort(0))));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function step(title) {
  if (stopping) throw new Error('stopped');
  console.log(`\n── ${title}\n`);
}

/** A path as one would type it, where it lies in the repository or beside it. */
function shown(text) {
  const near = text.startsWith(resolve(root, '..')) && !text.startsWith(folder);
  return near ? relative(process.cwd(), text) || '.' : text;
}

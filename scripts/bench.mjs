// npm run bench -- NAME [flags]: sets up, compiles and runs one of the benchmarks in bench/src. Without a name, or
// with a name that there is none of, it says which there are; NAME --help says what its flags are.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, runTool, setUp, tools } from './setup.mjs';

const benches = {
  single: 'durable single writes over 1 and 64 connections',
  neighbour: 'a tenant at ten times its rate beside another one',
  sustained: 'batches of 1,000 to searchable and proven, beside raw chDB and PostgreSQL',
  searchable: 'time from acknowledgement to searchable at half of the full rate',
  search: 'searches in one large log while events arrive, beside PostgreSQL',
  export: 'exports of many events as jobs and as one answer, beside the engine alone',
  live: 'many subscribers with different filters while a log grows fast',
  verify: 'the command `verify` on a large log, beside plain SHA-256',
  start: 'start time and memory with many events',
  leaf: 'what each step of the hot path costs on one core',
  audit: 'what it costs a read to be put on record',
  access: 'what the guard of every request costs on one core',
  middleware: 'what the middleware costs Express and Fastify, with it and without, side by side',
  detection: 'what finding personal data and secrets costs an event on one core',
  filter: 'what filters cost, in the process and in the store',
  sealing: 'what sealing personal fields costs on one core, beside admitting an event',
  'client-log': 'how long log() takes, call by call, in memory and on disk',
  'client-outage': 'the SDK over a minute without a server and two kills of it: delivered once, memory flat',
  'client-criteria': 'the SDK on a realistic mix: writes saved, round trips saved, latency, 2,000 users',
  'intake-sealing': 'what sealing adds to taking an event in, on one core',
  outbox: 'what an event in the outbox costs a transaction of PostgreSQL, and how fast relays deliver',
  'monitor-scan': 'the file watch: first scan, memory an entry, rest',
  'monitor-rate': 'the file monitor: changes a second, and what each costs, with contents and without',
  'monitor-truth': 'random operations before our file watch, chokidar and @parcel/watcher: lost, wrong, CPU',
};

const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(benches, name)) {
  console.log('npm run bench -- NAME [flags], NAME --help for its flags\n');
  for (const [bench, about] of Object.entries(benches)) console.log(`  ${bench.padEnd(17)}${about}`);
  process.exit(name === undefined || name === '--help' ? 0 : 2);
}
setUp();
if (!runTool(tools.tsc, ['-p', join('bench', 'tsconfig.json')])) process.exit(1);
const file = join(root, 'bench', 'dist', `${name}.js`);
const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
const { status } = spawnSync(process.execPath, [file, ...flags], { cwd: root, stdio: 'inherit', env });
process.exit(status ?? 1);

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nextTimers } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interrupted } from '../failure.js';
import { API_KEY, ContractServer } from '../testing/contract-server.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

let server: ContractServer;
let folder: string;

beforeEach(async () => {
  server = await new ContractServer().start();
  folder = await mkdtemp(join(tmpdir(), 'attestlog-import-'));
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const event = (n: number) => ({
  id: `e${n}`,
  action: 'order.approve',
  time: '2026-01-01T00:00:00Z',
  actor: { id: `u${n}` },
});
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify(event(from + n))}\n`).join('');

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function importCli(args: readonly string[], options: CliOptions = {}) {
  const env = { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY, XDG_STATE_HOME: join(folder, 'state') };
  return runCli(['import', ...args], { env, ...options });
}

async function report(args: readonly string[], options: CliOptions = {}) {
  const { code, stdout } = await importCli([...args, '--json'], options);
  return { code, ...JSON.parse(stdout) };
}

const stateFiles = () => readdir(join(folder, 'state', 'attestlog', 'imports')).catch(() => []);

describe('import', () => {
  it('stores every event once, however often the file is imported', async () => {
    const path = await file('a.ndjson', `${lines(3)}\n\n${lines(2, 3)}`);
    expect(await report(['--format', 'events', path])).toMatchObject({ code: 0, read: 5, stored: 5, duplicates: 0 });
    expect(await report(['--format', 'events', path])).toMatchObject({ code: 0, read: 5, stored: 0, duplicates: 5 });
    expect(server.ids).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect(await stateFiles()).toEqual([]);
  });

  it('sends the credential and the tenant', async () => {
    await importCli(['--format', 'events', await file('a.ndjson', lines(1)), '--tenant', 'acme']);
    expect(server.streams[0]?.headers).toMatchObject({ authorization: `Bearer ${API_KEY}`, 'x-tenant-id': 'acme' });
  });

  it('reads folders to the bottom, compressed files and the standard input', async () => {
    await mkdir(join(folder, 'in', 'deep'), { recursive: true });
    await file('in/a.json', JSON.stringify([event(0), event(1)]));
    await file('in/README.md', 'not an event');
    await file('in/deep/b.ndjson.gz', gzipSync(lines(2, 2)));
    expect(await report(['--format', 'events', join(folder, 'in')])).toMatchObject({ code: 0, stored: 4 });
    expect(await report(['--format', 'events', '-'], { stdin: lines(2, 4) })).toMatchObject({ code: 0, stored: 2 });
  });

  it('gives records without an id one by content, so that equal ones stay apart and repeats add nothing', async () => {
    const one = '{"action":"a.b","time":"2026-01-01T00:00:00Z"}';
    const same = '{ "time": "2026-01-01T00:00:00Z", "action": "a.b" }';
    const path = await file('a.ndjson', `${one}\n${same}\n{"action":"a.c"}\n`);
    expect(await report(['--format', 'events', path])).toMatchObject({ stored: 3, duplicates: 0 });
    expect(await report(['--format', 'events', path])).toMatchObject({ stored: 0, duplicates: 3 });
    expect(server.ids[0]).toMatch(/^import-[0-9a-f]{40}-0$/);
    expect(server.ids[1]).toBe(server.ids[0]?.replace(/-0$/, '-1'));
  });

  it('maps foreign documents and names the record that is none', async () => {
    const record = { eventVersion: '1.08', eventName: 'GetObject', eventSource: 's3.amazonaws.com', eventID: 'c1' };
    const path = await file('ct.json', JSON.stringify({ Records: [record, { foo: 1 }] }, undefined, 2));
    const result = await report(['--format', 'cloudtrail', path]);
    expect(result).toMatchObject({ code: 3, stored: 1, refused: 1 });
    expect(result.findings).toMatchObject([
      { status: 'refused', file: path, item: 2, problems: [{ code: 'foreign-record' }] },
    ]);
    expect(server.ids).toEqual(['c1']);
  });

  it('reads logs that are no JSON, line by line', async () => {
    const path = await file('auth.log', '<86>Oct  6 12:54:12 web-1 sshd[1]: {\n<34>1 - - - - - - two\n');
    expect(await report(['--dialect', 'syslog', path])).toMatchObject({ code: 0, read: 2, stored: 2 });
    expect(await report(['-d', 'syslog', path])).toMatchObject({ code: 0, stored: 0, duplicates: 2 });
  });

  it('wants to be told once what the files hold', async () => {
    const path = await file('a.ndjson', lines(1));
    const untold = await importCli([path]);
    expect(untold).toMatchObject({ code: 4, stderr: expect.stringContaining('--dialect NAME') });
    expect(await importCli(['--format', 'events', '--dialect', 'otlp', path])).toMatchObject({ code: 4 });
    expect(await importCli(['--dialect', 'latin', path])).toMatchObject({ code: 4 });
  });

  it('tells file, line and reason of what was not stored, and exits with 3', async () => {
    server.refuse = ({ id }) => id === 'e1';
    server.store({ ...event(2), action: 'other.thing' });
    const path = await file('a.ndjson', `${lines(3)}{"action":\n`);
    const { code, stdout } = await importCli(['--format', 'events', path]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^read\s+4\nstored\s+1\nduplicates\s+0\nleft out\s+0\nconflicts\s+1\nrefused\s+2\n/);
    expect(stdout).toContain(`${path}:2: refused e1: /action: Must be noun.verb.\n`);
    expect(stdout).toContain(`${path}:3: conflict e2: another event has this id\n`);
    expect(stdout).toMatch(/a\.ndjson:4: refused: Not JSON: /);
  });

  it('shows the first 20 findings to people and all with --json', async () => {
    server.refuse = () => true;
    const path = await file('a.ndjson', lines(25));
    const { stdout } = await importCli(['--format', 'events', path]);
    expect(stdout.match(/: refused e/g)).toHaveLength(20);
    expect(stdout).toContain('and 5 more; --json lists all');
    expect((await report(['--format', 'events', path])).findings).toHaveLength(25);
  });

  it('refuses lines that are no UTF-8 without sending them', async () => {
    const bad = Buffer.concat([
      Buffer.from('{"id":"x","action":"a.b","message":"'),
      Buffer.of(0xff),
      Buffer.from('"}\n'),
    ]);
    const path = await file('a.ndjson', Buffer.concat([bad, Buffer.from(lines(1))]));
    const result = await report(['--format', 'events', path]);
    expect(result).toMatchObject({ code: 3, stored: 1, refused: 1, findings: [{ line: 1 }] });
    expect(server.streams[0]?.lines).toHaveLength(1);
  });
});

describe('import over bad connections', () => {
  it('goes on after the last result when the stream breaks, and when the server is busy', async () => {
    const path = await file('a.ndjson', lines(600));
    server.breakAfter = [10, 300];
    server.streamStatuses = [503, 429];
    const waits: number[] = [];
    const result = await report(['--format', 'events', path], { onSleep: (ms) => waits.push(ms) });
    expect(result).toMatchObject({ code: 0, read: 600, refused: 0, conflicts: 0 });
    expect(result.stored + result.duplicates).toBe(600);
    expect(server.ids).toHaveLength(600);
    expect(waits.length).toBeGreaterThanOrEqual(4);
    expect(waits.slice(0, 2)).toEqual([0, 0]);
  });

  it('goes on when the server ends a stream early because it is busy', async () => {
    server.stopWith = { after: 3, error: { status: 503, title: 'The journal is full' } };
    const result = await report(['--format', 'events', await file('a.ndjson', lines(10))]);
    expect(result).toMatchObject({ code: 0, read: 10, stored: 10 });
  });

  it('gives up after a while with 5, and the same command goes on later', async () => {
    const path = await file('a.ndjson', lines(40));
    server.breakAfter = [15];
    server.streamStatuses = [];
    const original = server.streamStatuses;
    const onSleep = () => {
      original.push(503);
    };
    const first = await importCli(['--format', 'events', path], { onSleep });
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('goes on where it stopped');
    expect(await stateFiles()).toHaveLength(1);
    original.length = 0;
    const second = await report(['--format', 'events', path]);
    expect(second).toMatchObject({ code: 0, read: 25, resumedAfter: 15 });
    expect(server.ids).toHaveLength(40);
    expect(await stateFiles()).toEqual([]);
  });

  it('resumes after an interrupt, and starts over with --restart', async () => {
    const paths = [await file('a.ndjson', lines(5)), await file('b.ndjson', lines(300, 5))];
    const stop = new AbortController();
    server.refuse = ({ id }) => {
      if (id === 'e100') {
        // Results until here reach the command, then nothing more.
        server.gate = new Promise(() => {});
        void afterManyTurns().then(() => stop.abort(new Interrupted()));
      }
      return false;
    };
    const state = join(folder, 'state.json');
    const first = await importCli(['--format', 'events', '--state', state, ...paths], { stop });
    expect(first.code).toBe(130);
    const saved = JSON.parse(await readFile(state, 'utf8'));
    expect(first.stderr).toContain('Interrupted after 101 records');
    expect(saved.current.acknowledged).toBe(96);
    expect(saved.finished).toMatchObject([{ path: paths[0], acknowledged: 5 }]);
    server.refuse = () => false;
    server.gate = Promise.resolve();
    const second = await report(['--format', 'events', '--state', state, ...paths]);
    expect(second.resumedAfter).toBe(5 + saved.current.acknowledged);
    expect(second.read + second.resumedAfter).toBe(305);
    expect(server.ids).toHaveLength(305);
    await writeFile(state, JSON.stringify(saved));
    expect(await report(['--format', 'events', '--state', state, '--restart', ...paths])).toMatchObject({
      read: 305,
      duplicates: 305,
      resumedAfter: 0,
    });
  });

  it('reads a file again from its start when it has changed', async () => {
    const path = await file('a.ndjson', lines(20));
    const state = join(folder, 'state.json');
    await writeFile(
      state,
      JSON.stringify({ version: 1, finished: [], current: { path, size: 1, mtimeMs: 1, acknowledged: 7 } }),
    );
    expect(await report(['--format', 'events', '--state', state, path])).toMatchObject({ read: 20, resumedAfter: 0 });
  });
});

/** So many that what was written before is read, however late this process gets its processor back. */
async function afterManyTurns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await nextTimers(1);
}

it('gets results for the lines of a slow source from a server that answers in groups', async () => {
  server.lateAnswers = true;
  const stdin = (async function* () {
    yield Buffer.from(lines(2));
    await expect.poll(() => server.ids.length).toBe(2);
    // The request has to end before the next lines come.
    await expect.poll(() => server.streams.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    yield Buffer.from(lines(2, 2));
  })();
  expect(await report(['--format', 'events', '-'], { stdin })).toMatchObject({ code: 0, stored: 4, duplicates: 0 });
  expect(server.streams.map(({ lines }) => lines.length)).toEqual([2, 2]);
});

describe('import that cannot begin', () => {
  it('exits with 6 for a wrong key and 5 without a server, before anything is read', async () => {
    const path = await file('a.ndjson', lines(1));
    const refused = await importCli(['--format', 'events', path, '--api-key', 'wrong']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain('The credential is not known here\n  Check the key.');
    expect((await importCli(['--format', 'events', path, '--url', 'http://127.0.0.1:1'])).code).toBe(5);
  });

  it('exits with 4 for wrong usage', async () => {
    expect((await importCli(['--format', 'events', join(folder, 'absent')])).code).toBe(4);
    expect((await importCli(['--format', 'syslog', 'x'])).code).toBe(4);
    expect((await importCli(['--format', 'events'])).code).toBe(4);
    expect((await importCli(['--format', 'events', folder])).stderr).toContain('No files to import');
    const gz = await file('broken.json.gz', gzipSync(lines(1000)).subarray(0, 100));
    expect((await importCli(['--format', 'events', gz])).stderr).toContain('broken.json.gz: unexpected end of file');
  });
});

it('shows a bar on a terminal and plain lines elsewhere', async () => {
  const path = await file('a.ndjson', lines(50));
  const terminal = await importCli(['--format', 'events', path], { columns: 80 });
  expect(terminal.stderr).toMatch(/\r[█░]{24} +\d+% {2}\d+ records/);
  expect((await importCli(['--format', 'events', path])).stderr).toBe('');
});

import { execFileSync, execFile as execFileThen } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFileMonitorEvent } from '../../packages/monitor/testing/file-monitor-schema.js';
import { attestlog } from '../support/command.js';
import { MonitorProcess } from '../support/monitor-process.js';
import { ServerProcess } from '../support/server-process.js';

interface FoundEvent {
  id: string;
  action: string;
  actor?: { type?: string; id?: string; on_behalf_of?: { id: string } };
  session_id?: string;
  source?: { process?: string; host?: string; service?: string };
  file?: { path: string; previous_path?: string; checksum?: string; diff?: string };
  reason?: string;
  metadata: Record<string, unknown>;
}

const execFile = promisify(execFileThen);
const CANARY = 'canary-of-a-secret';
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

let server: ServerProcess;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  server = await ServerProcess.start({ env: { ATTESTLOG_SEALED_FIELDS: 'none' } });
  folder = await realpath(await mkdtemp(join(tmpdir(), 'attestlog-monitor-')));
  env = { HOME: folder, ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key };
});
afterAll(async () => {
  await server.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Events of the file monitor that match. */
async function found(filter: string): Promise<FoundEvent[]> {
  const answer = await server.fetch(`/api/v1/events?limit=100&q=${encodeURIComponent(filter)}`);
  expect(answer.status).toBe(200);
  const { events } = (await answer.json()) as { events: { event: FoundEvent }[] };
  return events.map(({ event }) => event);
}

describe('the file monitor, from the disk to the log', () => {
  it('records what changes, by whom and in which session, and nothing twice after a kill', async () => {
    const tree = join(folder, 'tree');
    const file = (name: string) => join(tree, name);
    await mkdir(join(tree, 'src'), { recursive: true });
    await writeFile(file('src/there.txt'), 'one\ntwo\n');
    const args = ['monitor', tree, '--send', '--json', '--agent-id', 'coder', '--on-behalf-of', 'jane'];
    const start = () => MonitorProcess.start(args, { ...env, ATTESTLOG_SESSION_ID: 's-1' });
    const session = (...more: string[]) => attestlog(server, ['monitor', 'session', ...more], { HOME: folder });

    let monitor = await start();
    const isOf = (type: string, path: string) => (line: Record<string, unknown>) =>
      (line.event_type as { type: string }).type === type && line.file_path === file(path);
    await writeFile(file('.env'), `PASSWORD=${CANARY}\n`);
    await monitor.printed('the new file', isOf('created', '.env'));
    expect((await session('set', tree, '--session-id', 's-2')).code).toBe(0);
    await rename(file('.env'), file('src/settings.env'));
    await symlink('/etc/passwd', file('src/link'));
    await monitor.printed('the link', isOf('created', 'src/link'));
    await monitor.stop('SIGKILL');

    await writeFile(file('src/there.txt'), 'one\n2\n');
    monitor = await start();
    await monitor.printed('what happened meanwhile', isOf('modified', 'src/there.txt'));
    execFileSync('rm', [file('src/settings.env')]);
    await monitor.printed('the end of a file', isOf('deleted', 'src/settings.env'));
    expect(await monitor.stop()).toBe(0);
    for (const line of monitor.lines) expectFileMonitorEvent(line);

    const events = await found(`file.path:${tree}*`);
    const of = (action: string, path: string) => {
      const those = events.filter((event) => event.action === action && event.file?.path === file(path));
      expect(those).toHaveLength(1);
      return those[0]!;
    };
    // On a busy machine, the monitor may look between the making of a file and the writing of its only line.
    const isHalfWritten = ({ action, file: its }: (typeof events)[number]) =>
      action === 'file.modified' && its?.path === file('.env');
    const told = events.filter((event) => !isHalfWritten(event));
    expect(told.map(({ action, file: its, reason }) => [action, its?.path, reason])).toHaveLength(6);
    const created = of('file.created', '.env');
    expect(created).toMatchObject({
      actor: { type: 'agent', id: 'coder', on_behalf_of: { id: 'jane' } },
      session_id: 's-1',
      source: { service: 'file-monitor' },
    });
    const renamed = of('file.renamed', 'src/settings.env');
    expect(renamed).toMatchObject({ session_id: 's-2', file: { previous_path: file('.env') } });
    expect(of('file.created', 'src/link').metadata).toMatchObject({ link_target: '/etc/passwd', link_outside: true });
    expect(events.find(({ action }) => action === 'file_monitor.gap')).toMatchObject({ reason: 'not-running' });
    // What was set on the monitor that was killed is gone with it.
    const modified = of('file.modified', 'src/there.txt');
    expect(modified).toMatchObject({ session_id: 's-1', metadata: { found: 'at-start', no_process: 'compared' } });
    const deleted = of('file.deleted', 'src/settings.env');
    if (isRoot) {
      expect(created.source?.process).toBe('node');
      expect(created.metadata.account).toBe('root');
      expect(['rm', undefined]).toContain(deleted?.source?.process);
    }
    const everything = await found('action:file*');
    expect(new Set(everything.map(({ id }) => id)).size).toBe(everything.length);
    expect(JSON.stringify([everything, monitor.lines])).not.toContain(CANARY);
    expect(monitor.stderr).not.toContain(CANARY);
    expect(await filesWith(CANARY, join(folder, '.local'))).toEqual([]);
  });

  it('tells the difference of a text that was there before', async () => {
    const tree = join(folder, 'texts');
    const output = join(tree, 'changes.ndjson');
    await mkdir(tree);
    await writeFile(join(tree, 'a.txt'), 'one\ntwo\n');
    const monitor = await MonitorProcess.start(['monitor', tree, '--json', '--output', output, '--no-who'], env);
    await monitor.said('1 file that was there');
    await writeFile(join(tree, 'a.txt'), 'one\n2\ntwo\n');
    const line = await monitor.printed(
      'the change',
      ({ metadata }) => (metadata as { diff?: string }).diff !== undefined,
    );
    expect(await monitor.stop()).toBe(0);
    expect(line).toMatchObject({
      user_id: null,
      process_name: 'unknown',
      metadata: { diff: '@@ -1,2 +1,3 @@\n one\n+2\n two\n', lines_added: 1, lines_removed: 0, no_process: 'off' },
    });
    // What it writes into the tree itself is not among what it writes.
    const written = (await readFile(output, 'utf8')).trimEnd().split('\n');
    expect(written.map((each) => JSON.parse(each))).toEqual(monitor.lines);
    expect(monitor.lines.every(({ file_path }) => file_path === join(tree, 'a.txt'))).toBe(true);
  });
});

describe('docs/file-monitor.md', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const block = async (mark: string): Promise<string> => {
    const page = await readFile(join(root, 'docs/file-monitor.md'), 'utf8');
    const start = page.indexOf(`<!-- ${mark} -->`);
    return /```\w+\n([\s\S]*?)```/.exec(page.slice(start))![1]!;
  };
  const sh = async (script: string) => {
    const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    const { stdout } = await execFile('sh', ['-euc', script.replaceAll('npx ', '')], {
      cwd: folder,
      env: { ...env, PATH },
    });
    return stdout;
  };

  it('has an example that works as it stands', async () => {
    await mkdir(join(folder, 'workspace'));
    const command = (await block('A test runs this block as the monitor.')).trim().split(' ').slice(2);
    const monitor = await MonitorProcess.start(command, env, folder);
    await sh(await block('A test runs this block beside it.'));
    expect(await monitor.stop()).toBe(0);
    const queries = (await block('A test runs this block at the end.')).trim().split('\n');
    const answers = await Promise.all(queries.map(sh));
    for (const [place, answer] of answers.entries()) expect(`${queries[place]}\n${answer}`).toMatch(/\n.*file\./s);
  });

  it('has a line that is as the schema wants it', async () => {
    const line = await block('A test holds this line against the schema.');
    expectFileMonitorEvent(JSON.parse(line));
  });

  it('has a program that runs', async () => {
    const program = join(root, 'node_modules', '.cache', 'file-monitor-example.mjs');
    await mkdir(join(program, '..'), { recursive: true });
    await mkdir(join(folder, 'app', 'workspace'), { recursive: true });
    const source = await block('A test runs this program.');
    await writeFile(
      program,
      `${source}\nconst { writeFileSync } = await import('node:fs');
monitorService.on('event', () => process.kill(process.pid, 'SIGTERM'));
writeFileSync('workspace/new.txt', 'x');\n`,
    );
    const text = execFileSync(process.execPath, [program], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
      env: { ...env, PATH: process.env.PATH },
    });
    expect(text).toMatch(/^File monitoring started\ncreated \/.*\/new\.txt\n$/);
  });
});

/** Files below a folder whose bytes hold a text. */
async function filesWith(text: string, below: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(text)) names.push(path);
  }
  return names;
}

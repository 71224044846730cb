import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../testing/run-cli.js';

describe('attestlog monitor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlog-monitor-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (...args: string[]) => runCli(['monitor', ...args], { env: { HOME: folder } });

  it.each([
    ['nothing to watch', []],
    ['a path that is not there', ['/no/such/folder', '--json']],
    ['a choice that is none', ['.', '--diff', 'some']],
    ['a size that is none', ['.', '--checksum-max', 'much']],
    ['rules that are not there', ['.', '--json', '--ignore-file', '/no/such/file']],
    ['a file that cannot be written', ['.', '--output', '/no/such/folder/file']],
    ['a session that no event can hold', ['.', '--json', '--session-id', 'x'.repeat(1_025)]],
    ['a session of nobody', ['session', 'get']],
    ['an empty session', ['session', 'set', '.']],
  ])('refuses %s', async (_, args) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^(?:error: |Usage)/);
  });

  it('says that no monitor runs', async () => {
    const { code, stderr } = await run('session', 'set', '.', '--session-id', 's');
    expect(code).toBe(5);
    expect(stderr).toContain(join(folder, '.local', 'state', 'attestlog', 'monitor'));
  });

  it('talks to the one that runs, and leaves its state alone', async () => {
    const asked: string[] = [];
    const other = createServer((socket) => {
      socket.setEncoding('utf8').on('data', (line: string) => {
        asked.push(line);
        socket.write('{"ok":true,"session":{"session_id":"s-1"}}\n');
      });
    });
    await new Promise<void>((resolve) => other.listen(join(folder, 'control.sock'), resolve));
    try {
      expect(await run(folder, '--json', '--state', folder)).toMatchObject({ code: 4, stdout: '' });
      const set = await run('session', 'set', '--state', folder, '--session-id', 's-1', '--json');
      expect(set).toMatchObject({ code: 0, stdout: '{"session_id":"s-1"}\n' });
      expect(asked.at(-1)).toBe('{"do":"set","session":{"session_id":"s-1"}}\n');
      expect((await run('session', 'get', '--state', folder)).stdout).toBe('session_id    s-1\n');
    } finally {
      other.close();
    }
  });

  it('explains itself, and its session without the flags of watching', async () => {
    expect((await run('--help')).stdout).toContain('--checksum-max <size>');
    const { stdout } = await run('session', 'set', '--help');
    expect(stdout).toContain('--session-id <id>');
    expect(stdout).not.toContain('--checksum-max');
  });

  it('ends with what it saw when it is told to before it has begun', async () => {
    const stop = new AbortController();
    stop.abort();
    const output = join(folder, 'changes.ndjson');
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    const { code } = await runCli(['monitor', folder, '--no-who', '--output', output], { env, stop });
    expect(code).toBe(0);
    expect(await readFile(output, 'utf8')).toBe('');
  });

  it('begins a line of its own after half a line that a kill has left', async () => {
    const stop = new AbortController();
    const output = join(folder, 'changes.ndjson');
    await writeFile(output, '{"id":"half');
    stop.abort();
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    await runCli(['monitor', folder, '--no-who', '--output', output], { env, stop });
    expect(await readFile(output, 'utf8')).toBe('{"id":"half\n');
  });

  it('writes to stdout for -', async () => {
    const stop = new AbortController();
    stop.abort();
    await writeFile(join(folder, 'there'), '');
    const flags = ['--no-who', '--existing', '--output', '-', '--state', join(folder, '.state')];
    const { code, stdout, stderr } = await runCli(['monitor', folder, ...flags], { stop });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('writes to')]);
    const paths = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).file_path);
    expect(paths).toContain(join(folder, 'there'));
  });
});

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosigner, generateEd25519Key } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_KEY, ContractServer } from '../testing/contract-server.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';
import { TestLog } from '../testing/test-log.js';

let server: ContractServer;
let folder: string;
let memory: string;

beforeEach(async () => {
  server = await new ContractServer().start();
  fill(server.log, 600);
  folder = await mkdtemp(join(tmpdir(), 'attestlog-verify-'));
  memory = join(folder, 'memory.json');
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function fill(log: TestLog, count: number, word = 'entry'): void {
  const from = log.entries.length;
  log.append(...Array.from({ length: count }, (_, n) => `${word} ${from + n}`));
}

function verifyCli(args: readonly string[] = [], options: CliOptions = {}) {
  return runCli(['verify', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY }, ...options });
}

async function report(args: readonly string[] = []) {
  const { code, stdout, stderr } = await verifyCli([...args, '--json']);
  const result = JSON.parse(stdout);
  return { code, stderr, result, codes: result.violations.map(({ code }: { code: string }) => code) };
}

const key = () => server.log.signer.verifierKey;

describe('a log without violations', () => {
  it('is verified whole and told in words', async () => {
    const { code, stdout, stderr } = await verifyCli(['--key', key()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Verified: 600 entries, no violations\n/);
    expect(stdout).toContain('600 of 600 proven');
    expect(stdout).toContain('(given)');
    expect(stderr).toBe('');
  });

  it('is told as JSON', async () => {
    const { code, result } = await report(['--key', key()]);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      ok: true,
      origin: 'test.example/default',
      size: 600,
      verified: 600,
      violations: [],
    });
    expect(result).toMatchObject({
      checkpoint: server.log.checkpoint(),
      cosignatures: [],
      trust: 'given',
      remembered: null,
    });
  });

  it.each([0, 1, 255, 256, 257])('is verified with %i entries', async (size) => {
    server.log = new TestLog('test.example/default');
    fill(server.log, size);
    expect((await report()).result).toMatchObject({ ok: true, size, verified: size });
  });

  it('takes the key from a file and finds cosignatures of the witnesses given', async () => {
    const path = join(folder, 'keys');
    const witness = cosigner('witness.example', generateEd25519Key());
    const text = server.log.checkpoint();
    const body = text.slice(0, text.lastIndexOf('\n\n') + 1);
    server.tamper = (name, bytes) =>
      name === 'checkpoint' ? Buffer.from(text + witness.cosign(body, 1_700_000_000)) : bytes;
    await writeFile(path, `# the log\n${key()}\n${witness.verifierKey}\n`);
    const { result } = await report(['--key', path]);
    expect(result).toMatchObject({ ok: true, cosignatures: [{ name: 'witness.example', time: 1_700_000_000 }] });
    expect((await verifyCli(['--key', path])).stdout).toContain('witness.example at 2023-11-14T22:13:20Z');
  });

  it('falls back to the full tile where a partial one was dropped', async () => {
    const old = server.log.checkpoint(300);
    server.tamper = (path, body) => {
      if (path === 'checkpoint') return Buffer.from(old);
      return path.includes('001.p/44') ? undefined : body;
    };
    expect((await report(['--key', key()])).result).toMatchObject({ ok: true, size: 300, verified: 300 });
    expect(server.requests).toContain('GET /log/default/tile/entries/001');
  });

  it('survives a busy server and broken connections', async () => {
    let requests = 0;
    server.tamper = (_path, body) => {
      requests += 1;
      if (requests === 2) server.logStatuses = [503, 429, 0];
      return body;
    };
    expect((await report(['--key', key()])).result).toMatchObject({ ok: true, verified: 600 });
  });
});

describe('trust', () => {
  it('is said loudly when it is on first use', async () => {
    const { code, stderr, stdout } = await verifyCli();
    expect(code).toBe(0);
    expect(stderr).toContain('TRUST ON FIRST USE');
    expect(stderr).toContain(key());
    expect(stdout).toContain('TRUSTED ON FIRST USE');
  });

  it('keeps the key and the checkpoint privately, and uses them the next time', async () => {
    const first = await verifyCli(['--remember', memory]);
    expect(first.stdout).toContain('this checkpoint is remembered for the next time');
    expect(JSON.parse(await readFile(memory, 'utf8'))).toMatchObject({
      keys: [key()],
      checkpoint: server.log.checkpoint(),
    });
    expect((await stat(memory)).mode & 0o777).toBe(0o600);
    fill(server.log, 100);
    const { code, stdout, stderr } = await verifyCli(['--remember', memory]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('continues the remembered checkpoint of 600 entries');
    expect(JSON.parse(await readFile(memory, 'utf8')).checkpoint).toBe(server.log.checkpoint());
  });

  it('does not remember without being told to, nor a log with violations', async () => {
    server.tamper = (path, body) => (path === 'tile/0/000' ? undefined : body);
    expect((await verifyCli(['--remember', memory])).code).toBe(2);
    await expect(stat(memory)).rejects.toThrow();
  });

  it('follows a key change that was pinned', async () => {
    await verifyCli(['--remember', memory]);
    const old = key();
    const next = new TestLog(server.log.origin);
    const signOld = server.log.clone();
    server.shownKeys = () => `${next.signer.verifierKey}\n${old}\n`;
    server.tamper = (path, body) => {
      if (path !== 'checkpoint') return body;
      const added = next.clone();
      added.entries = signOld.entries;
      return Buffer.from(signOld.checkpoint() + added.checkpoint().split('\n\n')[1]);
    };
    const both = await verifyCli(['--remember', memory]);
    expect(both.code).toBe(0);
    expect(both.stderr).toContain(`also shows ${next.signer.verifierKey.split('+').slice(0, 2).join('+')}`);
    const pinned = await verifyCli(['--remember', memory, '--key', old, '--key', next.signer.verifierKey]);
    expect(pinned.code).toBe(0);
    expect(JSON.parse(await readFile(memory, 'utf8')).keys).toEqual([old, next.signer.verifierKey]);
  });
});

it('keeps the history over a key change that is complete', async () => {
  await verifyCli(['--remember', memory]);
  const next = new TestLog(server.log.origin);
  next.entries = [...server.log.entries];
  fill(next, 5);
  server.log = next;
  expect((await report(['--remember', memory])).codes).toEqual(['key-changed', 'unknown-key']);
  const { code, stdout } = await verifyCli(['--remember', memory, '--key', key()]);
  expect(code).toBe(0);
  expect(stdout).toContain('continues the remembered checkpoint of 600 entries');
  expect(JSON.parse(await readFile(memory, 'utf8')).keys).toEqual([key()]);
  next.entries[3] = Buffer.from('rewritten');
  fill(next, 5);
  expect((await report(['--remember', memory])).codes).toEqual(['inconsistent']);
});

describe('violations', () => {
  it('key-changed: another key than the pinned one', async () => {
    await verifyCli(['--remember', memory]);
    const before = await readFile(memory, 'utf8');
    const other = new TestLog(server.log.origin);
    other.entries = server.log.entries;
    server.log = other;
    const { code, codes, result } = await report(['--remember', memory]);
    expect({ code, codes }).toEqual({ code: 2, codes: ['key-changed', 'unknown-key'] });
    expect(result.violations[0].message).toContain('shows another key than the pinned one');
    expect(await readFile(memory, 'utf8')).toBe(before);
  });

  it('bad-signature', async () => {
    const forged = server.log.checkpoint().replace('\n600\n', '\n599\n');
    server.tamper = (path, body) => (path === 'checkpoint' ? Buffer.from(forged) : body);
    expect(await report(['--key', key()])).toMatchObject({ code: 2, codes: ['bad-signature'] });
  });

  it('wrong-origin', async () => {
    expect(await report(['--key', key(), '--origin', 'other.example'])).toMatchObject({
      code: 2,
      codes: ['wrong-origin'],
    });
  });

  it('malformed-checkpoint', async () => {
    server.tamper = (path, body) => (path === 'checkpoint' ? Buffer.from('hello\n') : body);
    expect(await report(['--key', key()])).toMatchObject({ code: 2, codes: ['malformed-checkpoint'] });
  });

  it('shrunk: a shorter log', async () => {
    await verifyCli(['--remember', memory]);
    server.log.entries.length = 500;
    const { code, codes } = await report(['--remember', memory]);
    expect({ code, codes }).toEqual({ code: 2, codes: ['shrunk'] });
    expect((await verifyCli(['--remember', memory])).stdout).toContain(
      'does NOT continue the remembered checkpoint of 600',
    );
  });

  it('fork: another history of the same length', async () => {
    await verifyCli(['--remember', memory]);
    server.log.entries[17] = Buffer.from('rewritten');
    server.log.forgetTree();
    expect(await report(['--remember', memory])).toMatchObject({ code: 2, codes: ['fork'] });
  });

  it('inconsistent: a longer log with another beginning', async () => {
    await verifyCli(['--remember', memory]);
    server.log.entries[17] = Buffer.from('rewritten');
    fill(server.log, 10);
    expect(await report(['--remember', memory])).toMatchObject({ code: 2, codes: ['inconsistent'] });
  });

  it('changed-entry and reordered-entry name the index', async () => {
    const served = server.log.clone();
    served.entries[300] = Buffer.from('changed');
    [served.entries[5], served.entries[9]] = [served.entries[9]!, served.entries[5]!];
    server.tamper = (path, body) => (path.startsWith('tile/entries/') ? served.file(path) : body);
    const { code, result } = await report(['--key', key()]);
    expect(code).toBe(2);
    expect(result.violations).toMatchObject([
      { code: 'reordered-entry', index: 5, foundIndex: 9 },
      { code: 'reordered-entry', index: 9, foundIndex: 5 },
      { code: 'changed-entry', index: 300 },
    ]);
    expect(result.verified).toBe(597);
  });

  it('missing-entry and foreign-entry', async () => {
    const shorter = server.log.clone();
    shorter.entries.splice(20, 1);
    const longer = server.log.clone();
    longer.append('foreign');
    server.tamper = (path, body) => {
      if (path === 'tile/entries/000') return shorter.bundle(0, 256)?.subarray(0, -2 - 'entry 256'.length);
      return path === 'tile/entries/002.p/88' ? longer.bundle(2, 89) : body;
    };
    const { code, codes, result } = await report(['--key', key()]);
    expect(code).toBe(2);
    expect(new Set(codes)).toEqual(new Set(['missing-entry', 'foreign-entry']));
    expect(result.violations).toContainEqual(expect.objectContaining({ code: 'missing-entry', index: 20 }));
  });

  it('bad-tile', async () => {
    server.tamper = (path, body) => (path === 'tile/1/000.p/2' ? Buffer.alloc(64) : body);
    const { code, result } = await report(['--key', key()]);
    expect(code).toBe(2);
    expect(result.violations).toMatchObject([{ code: 'bad-tile', tile: { level: 1, index: 0 } }]);
  });

  it('wrong-root', async () => {
    const other = server.log.clone();
    fill(other, 0);
    other.entries[0] = Buffer.from('other');
    server.tamper = (path, body) => (path === 'checkpoint' ? Buffer.from(other.checkpoint()) : body);
    expect(await report(['--key', key()])).toMatchObject({ code: 2, codes: ['wrong-root'] });
  });

  it('are listed for people up to 20', async () => {
    server.tamper = (path, body) => (path === 'tile/entries/000' ? undefined : body);
    const { stdout } = await verifyCli(['--key', key()]);
    expect(stdout).toMatch(/^NOT VERIFIED: \d+ violations?\n/);
    expect(stdout.match(/^ {2}missing-entry/gm)?.length).toBeLessThanOrEqual(20);
  });
});

describe('a foreign log', () => {
  it('is verified by its prefix and key, without our credential', async () => {
    server.tamper = (_path, body) => body;
    const { code, stderr } = await verifyCli(['--log', `${server.url}/log/default`, '--key', key()]);
    // The double wants a credential for entries, and ours is not for others: so it is asked for without one.
    expect(code).toBe(6);
    expect(stderr).toContain('The credential is not known here');
    const given = ['--log', `${server.url}/log/default/`, '--key', key(), '--api-key', API_KEY];
    expect((await verifyCli(given)).code).toBe(0);
    expect(server.requests).not.toContain('GET /log/default/key');
  });

  it('needs a key', async () => {
    const { code, stderr } = await verifyCli(['--log', `${server.url}/log/default`]);
    expect(code).toBe(4);
    expect(stderr).toContain('A foreign log needs --key');
  });
});

describe('a verification that cannot be made', () => {
  it('has its own exit codes', async () => {
    expect((await verifyCli(['--url', 'http://127.0.0.1:1', '--key', key()])).code).toBe(5);
    expect((await verifyCli(['--key', key(), '--api-key', 'wrong'])).code).toBe(6);
    expect((await verifyCli(['--key', key(), '--tenant', 'other'])).code).toBe(7);
    expect((await verifyCli(['--key', 'no-such-file'])).code).toBe(4);
    await writeFile(memory, '{}');
    expect((await verifyCli(['--remember', memory])).code).toBe(4);
  });

  it('tells when the memory is of another log', async () => {
    const other = new TestLog('other.example');
    fill(other, 3);
    const keys = [other.signer.verifierKey];
    await writeFile(memory, JSON.stringify({ version: 1, log: 'x', keys, checkpoint: other.checkpoint() }));
    const { code, stderr } = await verifyCli(['--remember', memory, '--key', key()]);
    expect(code).toBe(4);
    expect(stderr).toContain('The remembered checkpoint cannot be used');
  });
});

it('shows a bar on a terminal', async () => {
  expect((await verifyCli(['--key', key()], { columns: 70 })).stderr).toContain('of 600 entries');
});

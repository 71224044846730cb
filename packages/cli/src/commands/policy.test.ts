import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { POLICY_ANSWER } from '../testing/policy-answer.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

let server: AdministrationServer;
let folder: string;

beforeEach(async () => {
  server = await new AdministrationServer().start();
  folder = mkdtempSync(join(tmpdir(), 'attestlog-policy-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (args: readonly string[], options: CliOptions = {}) =>
  runCli(['policy', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' }, ...options });

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('policy show', () => {
  it('prints each setting with who sets it', async () => {
    server.answers.push([200, { ...POLICY_ANSWER, settings: { maskStyle: 'partial' } }], [200, POLICY_ANSWER]);
    const { code, stdout } = await cli(['show', '--tenant', 'acme']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/recording\.level +deployment +all\n/);
    expect(stdout).toMatch(/\nmask_style +tenant +partial\n/);
    expect(server.requests).toMatchObject([{ method: 'GET', url: '/api/v1/policy', tenant: 'acme' }]);
    expect(JSON.parse((await cli(['show', '--json'])).stdout)).toEqual(POLICY_ANSWER);
  });
});

describe('policy set', () => {
  it('changes what is given, of the revision that it read', async () => {
    server.answers.push([200, POLICY_ANSWER], [200, POLICY_ANSWER]);
    const args = [
      '--level',
      'mutations_only',
      '--exclude-action',
      'user.read',
      '--sample-rate',
      '0.1',
      '--no-reason-required',
    ];
    const { code } = await cli(['set', ...args, '--detect', 'email=mask']);
    expect(code).toBe(0);
    expect(server.requests[1]).toMatchObject({
      method: 'PUT',
      url: '/api/v1/policy',
      ifMatch: '"4"',
      body: {
        policy: { level: 'mutations_only', exclude_actions: ['health.*', 'user.read'], sample_rate: 0.1 },
        detection: { actions: { email: 'mask' } },
        reasonForPersonalData: false,
      },
    });
  });

  it('takes parts from a file', async () => {
    server.answers.push([200, POLICY_ANSWER], [200, POLICY_ANSWER]);
    const file = fileOf('settings.json', JSON.stringify({ maskStyle: 'full' }));
    expect((await cli(['set', '--file', file])).code).toBe(0);
    expect(server.requests[1]!.body).toEqual({ maskStyle: 'full' });
  });

  it('tells of a change meanwhile', async () => {
    server.answers.push([200, POLICY_ANSWER], [412, { code: 'revision-lost', title: 'It was changed meanwhile' }]);
    const { code, stderr } = await cli(['set', '--mask-style', 'hash']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('changed meanwhile')]);
  });

  it('asks for nothing that cannot be meant', async () => {
    for (const args of [[], ['--sample-rate', '2'], ['--sample-rate', 'x'], ['--level', 'x'], ['--mask-style', 'x']])
      expect((await cli(['set', ...args])).code).toBe(4);
    expect(server.requests).toEqual([]);
  });
});

describe('policy test', () => {
  const lines = [
    { action: 'order.approve', actor: { id: 'u1', email: 'jane@x.com' } },
    { action: 'health.check' },
    { action: 'not an action' },
  ].map((event) => `${JSON.stringify(event)}\n`);

  it('says of each event what would become of it, and sends none', async () => {
    server.answers.push([200, POLICY_ANSWER]);
    const file = fileOf('events.ndjson', lines.join(''));
    const { code, stdout, stderr } = await cli(['test', file]);
    expect(code).toBe(3);
    expect(stdout.split('\n')).toEqual([
      `${file}:1: recorded: sealed /actor/email`,
      `${file}:2: left out: excluded_action`,
      expect.stringContaining(`${file}:3: refused: /action: `),
      '',
    ]);
    expect(stderr).toBe(
      '3 events: 1 recorded, 1 left out (excluded_action 1), 1 refused; 1 sealed field, 0 findings\n',
    );
    expect(server.requests).toHaveLength(1);
  });

  it('needs no server with a policy in a file, and reads the standard input', async () => {
    const policy = fileOf('policy.json', JSON.stringify(POLICY_ANSWER));
    const { code, stdout } = await cli(['test', '--policy', policy, '--json', '-'], { stdin: `${lines[0]}{\n` });
    expect(code).toBe(3);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ line: 1, outcome: 'recorded', sealed: ['/actor/email'], findings: [], problems: [] });
    expect(second).toMatchObject({ line: 2, outcome: 'refused', problems: [{ code: 'invalid-json' }] });
    expect(server.requests).toEqual([]);
  });

  it('says that the deployment’s salt is not known', async () => {
    const recording = { ...POLICY_ANSWER.recording, sample_rate: 0.5, has_sample_salt: true };
    server.answers.push([200, { ...POLICY_ANSWER, recording }]);
    const { stderr } = await cli(['test', '-'], { stdin: lines[0]! });
    expect(stderr).toContain('1 recorded (1 by chance)');
    expect(stderr).toContain('salt');
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestlog } from '../support/command.js';
import { lackOf, testUnless } from '../support/facility.js';
import { runProgram } from '../support/run-program.js';
import { ServerProcess } from '../support/server-process.js';

const TENANT = 'acme';
const TIMEOUT_MS = 20_000;

interface Report {
  ok: boolean;
  completeness: string;
  events: { verified: number; violated: number; absent: number };
  sealed: { verified: number; erased: number; missing: number; unopened: number };
  verdicts: { index: number; id: string; verdict: string }[];
}

describe('an evidence pack, from the server to the auditor', () => {
  let server: ServerProcess;
  let folder: string;
  let key: string;

  beforeAll(async () => {
    server = await ServerProcess.start({ env: { ATTESTLOG_SEALED_FIELDS: '/actor/name' } });
    folder = await mkdtemp(join(tmpdir(), 'attestlog-evidence-'));
    expect((await run('tenant', 'create', TENANT)).code).toBe(0);
    const events = Array.from({ length: 300 }, (_, i) => {
      const person = `usr_${i % 3}`;
      return {
        id: `e-${i}`,
        action: i % 10 === 0 ? 'order.refund' : 'order.approve',
        actor: { id: person, name: person },
      };
    });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(events);
    const answer = await server.fetch('/api/v1/events/batch', { method: 'POST', headers, body, tenant: TENANT });
    expect(answer.status).toBe(201);
    key = (await (await server.fetch(`/log/${TENANT}/key`)).text()).trim();
  });
  afterAll(async () => {
    await server?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => attestlog(server, ['--tenant', TENANT, ...args], { XDG_STATE_HOME: folder });
  const file = (name: string) => join(folder, name);

  /** As an auditor does it, who has no server. */
  async function verified(name: string): Promise<Report & { code: number | null }> {
    const offline = { url: 'http://127.0.0.1:1', key: 'none' };
    const { code, stdout, stderr } = await attestlog(offline, ['verify', file(name), '--key', key, '--json']);
    if (stdout === '') throw new Error(stderr);
    return { code, ...(JSON.parse(stdout) as Report) };
  }

  it('has what a filter finds, and is verified without the server', async () => {
    const made = await run(
      'evidence',
      'action:order.refund',
      '--out',
      file('refunds.zip'),
      '--reason',
      'audit',
      '--key',
      key,
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('NOT PROVABLE') });
    const report = await verified('refunds.zip');
    expect(report).toMatchObject({ code: 0, ok: true, completeness: 'not-provable', events: { verified: 30 } });
    expect(report.sealed).toMatchObject({ unopened: 30, verified: 0 });
    expect((await run('query', 'action:evidence.export', '--format', 'ndjson')).stdout).toContain('"reason":"audit"');
  });

  it('of a whole range is proven to be complete, with values that were recorded and those that were erased', async () => {
    expect((await run('erase', 'usr_1', '--yes')).code).toBe(0);
    const range = ['--from-index', '0', '--to-index', '301'];
    const made = await run('evidence', ...range, '--openings', '--out', file('range.zip'));
    expect(made.code, made.stderr + made.stdout).toBe(0);
    const report = await verified('range.zip');
    expect(report).toMatchObject({ code: 0, completeness: 'proven', events: { verified: 301, violated: 0 } });
    expect(report.sealed).toEqual({ verified: 200, erased: 100, missing: 0, unopened: 0 });
  });

  it('that was changed on its way is not verified', async () => {
    const pack = await readFile(file('refunds.zip'));
    pack[Math.floor(pack.length / 2)]! ^= 1;
    await writeFile(file('changed.zip'), pack);
    expect(await verified('changed.zip')).toMatchObject({ code: 2, ok: false });
  });

  const byHand = testUnless(lackOf('unzip', ['-v']) ?? lackOf('openssl', ['version']), 'covered nowhere else');
  byHand('is read and checked with the tools that every system has', async () => {
    const sh = (script: string) => runProgram('sh', ['-c', script], { cwd: folder, timeoutMs: TIMEOUT_MS });
    expect(await sh('unzip -q range.zip -d unpacked && cd unpacked && sha256sum --quiet -c SHA256SUMS')).toMatchObject({
      code: 0,
    });
    const leaf = await sh(
      "cd unpacked && (printf '\\0'; cat events/7.json) | openssl dgst -sha256 -binary | base64 && sed -n 8p leaves",
    );
    const [computed, listed] = leaf.stdout.trim().split('\n');
    expect(computed).toBe(listed);
    expect(await verified('unpacked')).toMatchObject({ code: 0, completeness: 'proven' });
  });
});

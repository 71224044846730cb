import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

const CERTIFICATE = 'attestlog erasure certificate v1\n{}\n\n— log.example/acme abcd\n';
const DONE = { id: 'x1', state: 'done', entries: 2, fields: 5, keys: 1, certificate: CERTIFICATE };
const HOLD = { id: 'h1', subject: 'u1', reason: 'case 12', set_at: '2025-10-06T12:00:00Z' };

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (args: readonly string[], options: CliOptions = {}) =>
  runCli(['erase', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' }, ...options });
const asked = () => server.requests.map(({ method, url }) => `${method} ${url}`);

describe('erase', () => {
  it('sends who it is and why, and prints the certificate and nothing else', async () => {
    server.answers.push([200, DONE]);
    const args = ['u1', '--alias', 'a@x.com', '--alias', '203.0.113.7', '--reason', 'request 7', '--yes'];
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: CERTIFICATE });
    expect(stderr).toBe('Erased: 5 fields in 2 entries, 1 key destroyed; erasure x1\n');
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: '/api/v1/privacy/erasures',
        body: { subject: 'u1', aliases: ['a@x.com', '203.0.113.7'], reason: 'request 7' },
      },
    ]);
  });

  it('does nothing where nobody can be asked', async () => {
    const { code, stderr } = await cli(['u1']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('--yes')]);
    expect(server.requests).toEqual([]);
  });

  it('shows a person on a terminal what is meant, and goes on when the subject is typed', async () => {
    server.answers.push([200, { events: [{}, {}] }], [200, DONE]);
    const { code, stderr } = await cli(['u1', '--alias', 'a@x.com', '--tenant', 'acme'], {
      columns: 80,
      stdin: 'u1\n',
    });
    expect(code).toBe(0);
    expect(stderr).toContain('of u1, also known as a@x.com, in the log of acme');
    expect(stderr).toContain('2 events with this actor id.');
    expect(asked()).toEqual(['GET /api/v1/events?actor=u1&limit=100', 'POST /api/v1/privacy/erasures']);
  });

  it('erases nothing when something else is typed, and says so when nobody has this id', async () => {
    for (const stdin of ['yes\n', '', 'u2\n']) {
      server.answers.push([200, { events: [] }]);
      const { code, stderr } = await cli(['u1'], { columns: 80, stdin });
      expect([code, stderr]).toEqual([4, expect.stringContaining('nothing was done')]);
      expect(stderr).toContain('No event has this actor id');
    }
    expect(asked().every((request) => request.startsWith('GET'))).toBe(true);
  });

  it('asks also somebody who may not read events', async () => {
    server.answers.push([403, { title: 'Not for you' }], [200, DONE]);
    expect((await cli(['u1'], { columns: 80, stdin: 'u1\n' })).code).toBe(0);
  });

  it('says when there was nothing to destroy', async () => {
    server.answers.push([200, { ...DONE, entries: 0, fields: 0, keys: 0 }]);
    expect((await cli(['u1', '--yes'])).stderr).toContain('--alias');
  });

  it('forbidden by a hold has an exit code of its own, and names the hold', async () => {
    server.answers.push([409, { code: 'hold-in-force', title: 'A legal hold forbids it', hold: HOLD }]);
    const { code, stdout, stderr } = await cli(['u1', '--yes']);
    expect([code, stdout]).toEqual([8, '']);
    expect(stderr).toContain('hold h1, set 2025-10-06T12:00:00Z, case 12');
    expect(stderr).toContain('attestlog hold lift h1');
  });

  it('needs a subject', async () => {
    expect((await cli(['--yes'])).code).toBe(4);
    expect(server.requests).toEqual([]);
  });
});

describe('an erasure that goes on', () => {
  const removing = { id: 'x1', state: 'removing' };

  it('is waited for, also while the server is away', async () => {
    server.answers.push([202, removing], [200, removing], [503, { title: 'Busy' }], [200, DONE]);
    const waits: number[] = [];
    const { code, stdout } = await cli(['u1', '--yes'], { onSleep: (ms) => waits.push(ms) });
    expect([code, stdout]).toEqual([0, CERTIFICATE]);
    expect(waits).toEqual([500, 750, 1125]);
    expect(asked().slice(1)).toEqual(new Array(3).fill('GET /api/v1/privacy/erasures/x1'));
  });

  it('is named when the server stays away', async () => {
    server.answers.push([202, removing], ...new Array(20).fill([503, { title: 'Busy' }]));
    const { code, stderr } = await cli(['u1', '--yes']);
    expect([code, stderr]).toEqual([5, expect.stringContaining('attestlog erase show x1')]);
    expect(server.requests).toHaveLength(13);
  });

  it('is waited for as long as the server comes back now and then', async () => {
    const away = new Array(11).fill([503, { title: 'Busy' }]);
    server.answers.push([202, removing], ...away, [200, removing], ...away, [200, DONE]);
    expect((await cli(['u1', '--yes'])).code).toBe(0);
  });

  it('is not waited for when that is not wanted', async () => {
    server.answers.push([202, removing]);
    const { code, stdout, stderr } = await cli(['u1', '--yes', '--no-wait']);
    expect([code, stdout, stderr]).toEqual([0, '', expect.stringContaining('removing')]);
  });

  it('may end by a hold that was set in time', async () => {
    server.answers.push([202, { id: 'x1', state: 'planned' }], [200, { id: 'x1', state: 'held', hold: 'h1' }]);
    const { code, stderr } = await cli(['u1', '--yes']);
    expect([code, stderr]).toEqual([8, expect.stringContaining('hold h1')]);
  });
});

describe('erasures that there were', () => {
  it('are listed from all pages', async () => {
    const other = { ...DONE, id: 'x2', state: 'held', reason: 'request 8' };
    server.answers.push([200, { erasures: [DONE], next: 'x1' }], [200, { erasures: [other], next: null }]);
    const { stdout } = await cli(['list']);
    expect(stdout).toMatch(/x1 +done[\s\S]*x2 +held .*request 8/);
    expect(asked()[1]).toBe('GET /api/v1/privacy/erasures?after=x1');
    server.answers.push([200, { erasures: [DONE], next: null }]);
    expect(JSON.parse((await cli(['list', '--json'])).stdout)).toEqual(DONE);
  });

  it('are shown with their certificate as it is', async () => {
    server.answers.push([200, DONE], [200, DONE]);
    const { stdout } = await cli(['show', 'x1']);
    expect(stdout).toMatch(/state +done/);
    expect(stdout.endsWith(`\n\n${CERTIFICATE}`)).toBe(true);
    expect(JSON.parse((await cli(['show', 'x1', '--json'])).stdout)).toEqual(DONE);
  });
});

it('has help', async () => {
  const { code, stdout } = await cli(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--no-wait');
});

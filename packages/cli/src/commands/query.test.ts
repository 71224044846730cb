import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_KEY, ContractServer } from '../testing/contract-server.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

let server: ContractServer;

beforeEach(async () => {
  server = await new ContractServer().start();
});

afterEach(() => server.stop());

function queryCli(args: readonly string[] = [], options: CliOptions = {}) {
  return runCli(['query', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY }, ...options });
}

function storeEvents(count: number): void {
  for (let n = 0; n < count; n++) {
    const targets = [{ type: 'order', id: `o${n}` }, { id: 'second' }];
    const time = `2026-01-01T00:00:${String(n % 60).padStart(2, '0')}Z`;
    server.store({ id: `e${n}`, time, action: 'order.approve', actor: { id: 'jane' }, targets, outcome: 'success' });
  }
}

describe('query', () => {
  it('prints a table, newest first', async () => {
    storeEvents(2);
    const { code, stdout } = await queryCli();
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'TIME                  ACTOR  ACTION         TARGET       OUTCOME',
        '2026-01-01T00:00:01Z  jane   order.approve  order o1 +1  success',
        '2026-01-01T00:00:00Z  jane   order.approve  order o0 +1  success',
        '',
      ].join('\n'),
    );
  });

  it('cuts lines to the width of a terminal, and colours only there', async () => {
    server.store({ id: 'a', action: 'x.y', actor: { id: 'a'.repeat(100) }, outcome: 'denied', time: 't' });
    const { stdout } = await queryCli([], { columns: 60 });
    expect(stdout).toContain('\u001b[31m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are removed to measure
    const plain = stdout.replaceAll(/\u001b\[\d+m/g, '');
    for (const line of plain.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(plain).toContain('aaa…');
    expect((await queryCli(['--no-color'], { columns: 60 })).stdout).not.toContain('\u001b');
    expect((await queryCli()).stdout).toContain('a'.repeat(100));
  });

  it('shows control characters of events instead of obeying them', async () => {
    server.store({ id: 'a', action: 'x.y', actor: { id: '\u001b[2Jgone\u202e' } });
    const { stdout } = await queryCli([], { columns: 100 });
    expect(stdout).toContain('\\u{1b}[2Jgone\\u{202e}');
  });

  it('shows of sealed fields what the server shows of them', async () => {
    const sealed = { $sealed: 'a'.repeat(64) };
    server.store({ id: 'a', time: 't', action: 'x.y', actor: { email: sealed } });
    const personal = [{ pointer: '/actor/email', state: 'masked', value: 'j***@x.com' }];
    server.personal.set('a', personal);
    expect((await queryCli()).stdout).toContain('j***@x.com');
    const json = JSON.parse((await queryCli(['--json'])).stdout);
    expect(json.events[0]).toMatchObject({ event: { actor: { email: sealed } }, personal });
  });

  it('prints the exact entries as ndjson, over all pages', async () => {
    storeEvents(2500);
    const { stdout } = await queryCli(['--all', '--format', 'ndjson']);
    const expected = server.log.entries.map((entry) => `${entry.toString()}\n`).reverse();
    expect(stdout).toBe(expected.join(''));
    expect(server.requests.filter((request) => request === 'GET /api/v1/events')).toHaveLength(3);
  });

  it('prints exact bytes also where JavaScript would reorder keys', async () => {
    server.store({ id: 'a', action: 'x.y', metadata: { b: 1e21 / 1e21, 10: 'x', 9: 'y', '\u20ac': '\u2028' } });
    expect((await queryCli(['--format', 'ndjson'])).stdout).toBe(`${server.log.entries[0]?.toString()}\n`);
  });

  it('prints JSON with the cursor of the rest, which can be gone on with', async () => {
    storeEvents(5);
    const first = JSON.parse((await queryCli(['--json', '--limit', '3'])).stdout);
    expect(first.events.map(({ index }: { index: number }) => index)).toEqual([4, 3, 2]);
    const rest = JSON.parse((await queryCli(['--format', 'json', '--cursor', first.next])).stdout);
    expect(rest).toMatchObject({ next: null, events: [{ index: 1, event: { id: 'e1' } }, { index: 0 }] });
    expect(JSON.parse((await queryCli(['--json', '--action', 'no.such'])).stdout)).toEqual({ events: [], next: null });
  });

  it('takes dates as times in UTC', async () => {
    await queryCli(['--from', '2026-01-01', '--to', '2026-01-02T03:04:05+01:00']);
    const searchParams = server.searches[0]!;
    expect(searchParams.get('from')).toBe('2026-01-01T00:00:00Z');
    expect(searchParams.get('to')).toBe('2026-01-02T03:04:05+01:00');
  });

  it('sends words about time, the order and the fields as they stand', async () => {
    await queryCli(['--from', 'last 7 days', '--to', 'now', '--time-zone', 'Europe/Berlin', '--order', 'oldest']);
    await queryCli(['--fields', 'time,metadata."a b"']);
    expect(server.searches.map((search) => Object.fromEntries(search))).toEqual([
      { from: 'last 7 days', to: 'now', time_zone: 'Europe/Berlin', order: 'oldest', limit: '50' },
      { fields: 'time,metadata."a b"', limit: '50' },
    ]);
    expect((await queryCli(['--order', 'up'])).code).toBe(4);
  });

  it('prints a column for each field', async () => {
    storeEvents(1);
    expect((await queryCli(['--fields', 'id,target,reason'])).stdout).toBe(
      ['ID  TARGET      REASON', 'e0  o0, second  -', ''].join('\n'),
    );
  });

  it('says how many there are, once, where it is asked', async () => {
    storeEvents(1500);
    const table = await queryCli(['--total', 'estimate', '--all']);
    expect(table.stderr).toBe('at least 1,500 events\n');
    expect(server.searches.map((search) => search.get('total'))).toEqual(['estimate', null]);
    const json = await queryCli(['--total', 'exact', '--json', '--limit', '1']);
    expect(JSON.parse(json.stdout)).toMatchObject({ next: '1', total: { value: 1500, relation: 'at-least' } });
    expect(json.stderr).toBe('');
  });

  it('sends the filter as it stands, in one argument or in several', async () => {
    await queryCli(['action:order.* -outcome:success "password reset"']);
    await queryCli(['actor:jane', 'ip:10.0.0.0/8', '--limit', '5']);
    await queryCli(['--', '-outcome:success']);
    await queryCli([]);
    expect(server.searches.map((search) => search.get('q'))).toEqual([
      'action:order.* -outcome:success "password reset"',
      'actor:jane ip:10.0.0.0/8',
      '-outcome:success',
      null,
    ]);
  });

  it('ends quietly with 0 when the reader of the pipe goes', async () => {
    storeEvents(3000);
    const result = await queryCli(['--all', '--format', 'ndjson'], { closeStdoutAfter: 10 });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(server.requests.length).toBeLessThan(3);
  });

  it('says what is wrong', async () => {
    expect((await queryCli(['--limit', '0'])).code).toBe(4);
    expect((await queryCli(['--url', 'ftp://x'])).code).toBe(4);
    expect((await queryCli(['--api-key', 'wrong'])).code).toBe(6);
    expect((await queryCli(['--url', `${server.url}/elsewhere`])).code).toBe(7);
    expect((await queryCli(['--key-file', '/no/such'])).stderr).toContain('Cannot read the key file');
  });
});

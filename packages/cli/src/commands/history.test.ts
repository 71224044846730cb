import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

let server: AdministrationServer;
beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (...args: string[]) => runCli(args, { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });
const event = (time: string, more: object = {}) => ({ time, action: 'order.pay', actor: { id: 'jane' }, ...more });

describe('history', () => {
  it('prints what happened and what changed, over all pages, with what is shown of sealed values', async () => {
    const sealed = { $sealed: 'a'.repeat(64) };
    const changed = [
      { pointer: '/status', before: 'open', after: 'paid' },
      { pointer: '/lines/1', after: { sku: 2 } },
      { pointer: '/note', before: '\u001b[2J' },
      { pointer: '/customer', before: sealed, after: sealed, sealed: true },
    ];
    const personal = [
      { pointer: '/changes/before/customer', state: 'masked', value: 'J***' },
      { pointer: '/changes/after/customer', state: 'erased' },
    ];
    server.answers.push([
      200,
      { events: [{ index: 1, event: event('t1', { outcome: 'success' }), changed, personal }], next: 'c' },
    ]);
    server.answers.push([200, { events: [{ index: 0, event: event('t0') }], next: null }]);
    const { code, stdout } = await cli('history', 'order', 'o/1', '--order', 'newest', '--limit', '3');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      't1  jane  order.pay  success',
      '    ~ /status: "open" → "paid"',
      '    + /lines/1: {"sku":2}',
      '    - /note: "\\u001b[2J"',
      '    ~ /customer: J*** → (erased)',
      't0  jane  order.pay',
      '',
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/v1/targets/order/o%2F1/history?order=newest&limit=3',
      '/api/v1/targets/order/o%2F1/history?order=newest&limit=2&cursor=c',
    ]);
  });
});

describe('timeline', () => {
  const events = [
    { index: 0, event: event('t0', { source: { service: 'web' } }), offset_ms: 0 },
    { index: 1, event: event('t1', { source: { service: 'billing' }, outcome: 'denied' }), offset_ms: 250.5 },
    { index: 2, event: event('t2', { actor: { id: 'bot' } }), offset_ms: 90_000 },
  ];

  it('draws a line in time, with its pauses, who and where', async () => {
    server.answers.push([200, { events, next: null }]);
    const { stdout } = await cli('timeline', 'session', 's1');
    expect(stdout.split('\n')).toEqual([
      'session s1 · 3 events · 1.5 min',
      'who: jane (2), bot (1)',
      'services: web (1), billing (1)',
      '● +0 ms      jane   order.pay  -       -        web',
      '● +250.5 ms  jane   order.pay  -       denied   billing',
      '┆ 1.5 min later',
      '● +1.5 min   bot    order.pay  -       -        -',
      '',
    ]);
  });

  it('prints what the server gives, one document a line, and knows its kinds', async () => {
    server.answers.push([200, { events, next: null }]);
    const { stdout } = await cli('timeline', 'actor', 'jane', '--json', '--from', 'yesterday');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
    expect(server.requests[0]!.url).toBe('/api/v1/actors/jane/activity?from=yesterday&limit=100');
    expect((await cli('timeline', 'thing', 'x')).code).toBe(4);
  });

  it('says so where there is nothing', async () => {
    server.answers.push([200, { events: [], next: null }]);
    expect((await cli('timeline', 'correlation', 'c1')).stdout).toBe('correlation c1: no events\n');
  });
});

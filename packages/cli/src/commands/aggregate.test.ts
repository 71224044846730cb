import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { type CliOptions, runCli } from '../testing/run-cli.js';

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (args: string[], options: CliOptions = {}) =>
  runCli(args, { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' }, ...options });
const ANSWER = {
  rows: [
    {
      bucket: '2025-10-06T00:00:00Z',
      group: { action: 'a.b' },
      measures: { count: 4, 'top_k(actor.id,2)': [{ value: 'u\u001b1', count: 3 }] },
    },
    { bucket: '2025-10-07T00:00:00Z', group: { action: null }, measures: { count: 1, 'top_k(actor.id,2)': [] } },
  ],
  truncated: true,
};

it('aggregate asks for what the flags say, and draws bars on a terminal', async () => {
  server.answers.push([200, ANSWER]);
  const args = ['aggregate', '--by', 'action', '--every', 'day', '--measure', 'count', '--measure', 'top_k(actor, 2)'];
  const more = ['--from', 'last 7 days', '--to', 'now', '--time-zone', 'UTC', '--limit', '3', '--fill', '--ascending'];
  const { code, stdout, stderr } = await cli([...args, ...more, 'outcome:denied', 'actor:jane'], { columns: 100 });
  expect(code).toBe(0);
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/v1/events/aggregate',
    body: {
      q: 'outcome:denied actor:jane',
      group_by: ['action'],
      bucket: { every: 'day' },
      measures: ['count', 'top_k(actor, 2)'],
      order: { by: 'count', direction: 'asc' },
      from: 'last 7 days',
      to: 'now',
      time_zone: 'UTC',
      limit: 3,
      fill: true,
    },
  });
  const [, largest = '', smallest = ''] = stdout.split('\n');
  const blocks = (line: string) => [...line].filter((character) => character === '█').length;
  expect(blocks(largest)).toBeGreaterThan(blocks(smallest) * 3);
  expect(largest).toContain('u\\u{1b}1 3');
  expect(stderr).toContain('more groups');
});

it('aggregate prints a plain table into a pipe, and JSON when it is told so', async () => {
  server.answers.push([200, ANSWER], [200, ANSWER]);
  expect((await cli(['aggregate', '--by', 'action'])).stdout).toBe(
    [
      'TIME                  ACTION  COUNT  TOP_K(ACTOR.ID,2)',
      '2025-10-06T00:00:00Z  a.b     4      u\\u{1b}1 3',
      '2025-10-07T00:00:00Z  -       1      -',
      '',
    ].join('\n'),
  );
  expect(server.requests[0]?.body).toEqual({ group_by: ['action'] });
  expect(JSON.parse((await cli(['aggregate', '--json'])).stdout)).toEqual(ANSWER);
});

it('stats prints totals and lists', async () => {
  const sizes = { events: 2, bytes: 600 };
  const stats = {
    ...sizes,
    first: 'f',
    last: 'l',
    by_day: [{ day: 'd', ...sizes }],
    by_action: [{ value: 'a.b', ...sizes }],
  };
  const answer = { ...stats, by_outcome: [{ value: null, ...sizes }], top_actors: [] };
  server.answers.push([200, answer]);
  const { code, stdout } = await cli(['stats', '--from', 'yesterday', 'actor:jane']);
  expect(code).toBe(0);
  expect(server.requests[0]?.url).toBe('/api/v1/stats?q=actor%3Ajane&from=yesterday');
  expect(stdout).toBe(
    [
      '2 events, 600 bytes, from f to l',
      '',
      'DAY  EVENTS  BYTES',
      'd    2       600',
      '',
      'ACTION  EVENTS  BYTES',
      'a.b     2       600',
      '',
    ].join('\n'),
  );
});

it('facets prints the values of each field', async () => {
  const facets = [{ field: 'outcome', values: [{ value: 'denied', count: 3 }], more: true, with: 4, without: 2 }];
  server.answers.push(
    [200, { total: 6, facets }],
    [200, { total: 6, facets }],
    [400, { code: 'query-invalid' }],
    [200, {}],
  );
  expect((await cli(['facets', '--fields', 'outcome', '--limit', '1'])).stdout).toBe(
    ['6 events', '', 'OUTCOME  EVENTS', 'denied   3', 'there are more values; 2 events without', ''].join('\n'),
  );
  expect(server.requests[0]?.url).toBe('/api/v1/events/facets?limit=1&fields=outcome');
  expect(JSON.parse((await cli(['facets', '--json'])).stdout).total).toBe(6);
  expect((await cli(['facets'])).code).not.toBe(0);
  expect((await cli(['facets'])).code).toBe(1);
});

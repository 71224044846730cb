import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import * as bounds from '../../query/aggregation/aggregate-bounds.js';
import { bucketLengths } from '../../query/aggregation/bucket-starts.js';
import { FACET_MAX_FIELDS } from '../../query/aggregation/facets.js';
import { STATS_MAX_DAYS } from '../../query/aggregation/stats.js';

const page = readFileSync(fileURLToPath(new URL('../../../../../docs/aggregates.md', import.meta.url)), 'utf8');
const events = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!);
const examples = [...page.matchAll(/^\| `(\{.*\})` +\| `(\[.*\])` +\|$/gm)].map(
  ([, body, rows]) => [body!, rows!] as const,
);
const TENANT = { 'x-tenant-id': 'acme' };

let http: HttpService;
beforeAll(async () => {
  http = await startHttp({ settings: { 'read-auditing': 'none' } });
  expect((await http.post('/api/v1/events/batch?wait=sealed', events, TENANT)).statusCode).toBe(201);
});
afterAll(() => http.close());

describe('docs/aggregates.md', () => {
  test.each(examples)('%s', async (body, rows) => {
    // The creation of the tenant is in its log as well.
    const { filter, q = '', ...asked } = JSON.parse(body);
    const which = filter === undefined ? { q: `id:(a,b,c,d) ${q}` } : { filter };
    const answer = (await http.post('/api/v1/events/aggregate', { ...asked, ...which }, TENANT)).json();
    expect(answer.rows ?? answer).toEqual(JSON.parse(rows));
  });

  test('has examples, and the bounds as they are', () => {
    expect(examples.length).toBeGreaterThan(9);
    const number = (value: number) => value.toLocaleString('en');
    for (const text of [
      `| groups                                           | ${number(bounds.AGGREGATE_MAX_GROUPS)} |`,
      `| ${number(bounds.AGGREGATE_MAX_ROWS)} |`,
      `| ${number(bounds.AGGREGATE_MAX_BUCKETS)} |`,
      `| ${bounds.AGGREGATE_MAX_FIELDS}, ${bounds.AGGREGATE_MAX_MEASURES}, ${bounds.AGGREGATE_MAX_BOUNDS} |`,
      `most frequent values (at most ${bounds.AGGREGATE_TOP_MAX_VALUES})`,
      `up to ${bounds.AGGREGATE_MAX_TOPS} of these`,
      `${bounds.AGGREGATE_DEFAULT_GROUPS} if absent`,
      `up to ${FACET_MAX_FIELDS}; if absent`,
      `the last ${STATS_MAX_DAYS} that there are`,
    ]) {
      expect(page).toContain(text);
    }
    for (const length of bucketLengths.filter((name) => !/h$/.test(name))) expect(page).toContain(`\`${length}\``);
  });

  test('has paths that are answered', async () => {
    for (const [, path] of page.matchAll(/`GET (\/\S+)`/g)) {
      expect([path, (await http.get(path!, TENANT)).statusCode]).toEqual([path, 200]);
    }
  });
});

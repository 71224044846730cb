import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { ESTIMATE_MAX_EVENTS } from '../../query/total.js';
import { pageAnswerSchema } from './page-answer.js';
import { PAGE_DEFAULT_EVENTS, PAGE_MAX_EVENTS } from './search-parameters.js';

const page = readFileSync(fileURLToPath(new URL('../../../../../docs/search.md', import.meta.url)), 'utf8');
const [event, answer] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!));
const rows = (title: RegExp) => {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => title.test(line)) + 2;
  const end = lines.findIndex((line, place) => place >= start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) => line.split('|').map((cell) => cell.trim()));
};
const codes = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

let http: HttpService;
beforeAll(async () => {
  http = await startHttp();
  const { received_at: _, ...sent } = event;
  await http.post('/api/v1/events?wait=sealed', sent, { 'x-tenant-id': 'acme' });
});
afterAll(() => http.close());
const search = (body: unknown) => http.post('/api/v1/events/search', body, { 'x-tenant-id': 'acme' });

describe('docs/search.md', () => {
  test('has bodies that find what it says', async () => {
    const examples = rows(/^\| body +\| events/).map(
      ([, body, events]) => [codes(body)[0]!, codes(events)[0]!] as const,
    );
    expect(examples.length).toBeGreaterThan(4);
    for (const [body, events] of examples) {
      const found = (await search(JSON.parse(body))).json();
      const shown = found.events?.map(({ event: one }: { event: unknown }) => one);
      expect([body, shown ?? found]).toEqual([body, JSON.parse(events)]);
    }
  });

  test('names every parameter, in a body or in a query string', async () => {
    const named = rows(/^\| parameter +\|/).flatMap(([, names]) => codes(names));
    const { paths } = (await http.app.inject('/openapi.json')).json();
    const parameters: { name: string; in: string }[] = paths['/api/v1/events'].get.parameters;
    const inQuery = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
    const body = paths['/api/v1/events/search'].post.requestBody.content['application/json'].schema.properties;
    expect([...new Set([...inQuery, ...Object.keys(body)])].sort()).toEqual(named.sort());
  });

  test('has an answer of the form that is answered, and the bounds', () => {
    expect(pageAnswerSchema.strict().parse(answer)).toEqual(answer);
    expect(page).toContain(`1 to ${PAGE_MAX_EVENTS.toLocaleString('en')}; ${PAGE_DEFAULT_EVENTS} if absent`);
    expect(page).toContain(`"value": ${ESTIMATE_MAX_EVENTS}, "relation": "at-least"`);
  });

  test('has words about time that are read', async () => {
    for (const [, written] of rows(/^\| written +\|/)) {
      for (const words of codes(written)) {
        const answered = await search({ from: words });
        expect([words, answered.json().detail ?? answered.statusCode]).toEqual([words, 200]);
      }
    }
  });
});

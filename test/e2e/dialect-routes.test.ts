import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/repository.js';
import { ServerProcess } from '../support/server-process.js';

const page = readFileSync(join(root, 'docs', 'dialects.md'), 'utf8');

/** Requests of the page, in their order, each with the answer that stands below it. */
const examples = [...page.matchAll(/```http\n(\S+) (\S+)\n([\s\S]*?)```\n\n```json\n([\s\S]*?)```/g)].map(
  ([, method = '', url = '', body = '', answer = '']) => ({ method, url, body, answer }),
);

describe('the examples of docs/dialects.md, with the real server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.dispose());

  const ask = async (path: string) => {
    const answer = await server.fetch(path);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('are there for every interface', () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  it.each(examples)('$method $url', async ({ method, url, body, answer }) => {
    const given = await server.fetch(url, {
      method,
      ...(body === '' ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    expect(await given.json()).toMatchObject(JSON.parse(answer));
  });

  it('can be taken away, as JSON and as CSV', async () => {
    const json = await ask('/api/v1/logs/export?resource_type=order');
    expect(JSON.parse(json.text)).toMatchObject([{ id: 'l-1' }]);
    const csv = await ask('/api/v1/audit/events/export?format=csv&event_type=data_access');
    expect(csv.type).toMatch(/^text\/csv/);
    expect(csv.text.split('\r\n')[1]).toMatch(/^a-1,2025-09-02T10:00:00Z,data_access,user_1,/);
  });

  it.each([
    '/api/audit/type/created',
    '/api/audit/checksum/c160bd30',
    '/api/audit/user/user-123',
    '/api/audit/stats',
    '/api/audit/analytics/login-patterns',
    '/api/audit/analytics/permission-usage?module=billing',
    '/api/audit/analytics/security-trends?severity=high&days=3',
    '/api/v1/audit/events/a-1',
    '/api/v1/logs?ip_address=10.0.0.1&total=exact&order=oldest',
    '/api/v1/logs?user_id=7&action=Frobnicate&q=-severity:debug',
    '/api/v1/audit/events?status=pending&event_type=login&action=user.login',
  ])('%s is answered', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 200 });
  });
});

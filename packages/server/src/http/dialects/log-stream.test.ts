import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AUTHORIZED, type HttpService, startHttp } from '../../../testing/http-service.js';
import { openSse } from '../../../testing/live-client.js';

const TENANT = { 'x-tenant-id': 'acme' };

let http: HttpService;
let origin: string;
const closing: { close(): void }[] = [];

beforeAll(async () => {
  http = await startHttp();
  origin = await http.listen();
  await http.post('/api/v1/tenants', { id: 'acme', plan: 'unlimited' });
});
afterEach(() => {
  for (const client of closing.splice(0)) client.close();
});
afterAll(() => http.close());

const post = (log: object) => http.post('/api/v1/logs', log, TENANT);

/** Every message of a socket, and how it was closed. */
async function openSocket(query: string): Promise<{ messages: string[]; closed: Promise<string> }> {
  const url = `${origin.replace('http', 'ws')}/api/v1/logs/stream${query}`;
  const socket = new WebSocket(url, { headers: { ...AUTHORIZED, ...TENANT } });
  closing.push(socket);
  const messages: string[] = [];
  socket.on('message', (message) => messages.push(String(message)));
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`);
  await once(socket, 'open');
  return { messages, closed };
}

describe('the stream of log entries', () => {
  test('brings each that fits, as it was sent, and nothing else', async () => {
    const { messages } = await openSocket('?action=UPDATE&severity=WARNING&metadata.team=a');
    const log = { action: 'UPDATE', severity: 'WARNING', user_id: 'u', metadata: { team: 'a', n: 1 } };
    await post({ ...log, id: 'other', action: 'VIEW' });
    await post({ ...log, id: 'another', metadata: { team: 'b' } });
    await post({ ...log, id: 'wanted', timestamp: '2025-03-01T09:00:00Z' });
    await expect.poll(() => messages.length).toBe(1);
    expect(JSON.parse(messages[0]!)).toEqual({ ...log, id: 'wanted', timestamp: '2025-03-01T09:00:00Z' });
  });

  test('goes back to where it is told to begin, and says where it ended', async () => {
    await post({ id: 'late', action: 'CREATE', user_id: 'x' });
    const { messages, closed } = await openSocket('?from_index=0&follow=false&action=CREATE&user_id=x');
    expect(await closed).toMatch(/^1000 done; next=\d+$/);
    expect(messages.map((text) => JSON.parse(text).id)).toEqual(['late']);
  });

  test('comes as server-sent events too', async () => {
    const client = await openSse(`${origin}/api/v1/logs/stream?from_index=0&user_id=u`, { ...AUTHORIZED, ...TENANT });
    closing.push(client);
    expect(await client.event()).toMatchObject({ user_id: 'u', action: 'VIEW' });
  });

  test.each(['?q=nofield:x', '?usr_id=x', '?from_index=x', '?start_time=2025-01-01'])(
    'is refused for %s',
    async (query) => {
      const answer = await http.get(`/api/v1/logs/stream${query}`, TENANT);
      expect(['query-invalid', 'filter-invalid']).toContain(answer.json().code);
    },
  );
});

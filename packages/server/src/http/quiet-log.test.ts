import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../testing/http-service.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withJournalFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../adapters/memory/memory-journal.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';

const SECRET = 'do-not-log-this';

let http: HttpService;
let fault: Fault | undefined;

beforeEach(async () => {
  fault = undefined;
  const faults = new Faults((operation) => (/append|page|findBy/.test(operation) ? fault : undefined));
  http = await startHttp({
    ports: (world) => ({
      journal: withJournalFaults(openMemoryJournal(world.journal), faults),
      store: withStoreFaults(openMemoryStore(world.store), faults),
    }),
  });
});
afterEach(() => http.close());

test('no line of the log has an event’s content, a query, a path or a key, whatever fails', async () => {
  const event = sampleEvent(`id-${SECRET}`, { message: SECRET, metadata: { [SECRET]: SECRET } });
  const json = JSON.stringify(event);
  for (const next of [undefined, 'fail'] as const) {
    fault = next;
    await http.post('/api/v1/events', { ...event, id: `${next}-${SECRET}` });
    await http.post('/api/v1/events', event);
    await http.post('/api/v1/events', { ...event, actor: { id: SECRET } });
    await http.post('/api/v1/events', { ...event, [SECRET]: 1 });
    await http.post('/api/v1/events', json.slice(0, -5));
    await http.post('/api/v1/events', json, { 'content-encoding': 'gzip' });
    await http.post('/api/v1/events', gzipSync(json), { 'content-encoding': 'gzip', 'x-tenant-id': `${SECRET}!` });
    await http.post('/api/v1/events/batch', [event, { [SECRET]: 1 }]);
    await http.post('/api/v1/events/batch?atomic=true', [event, { [SECRET]: 1 }]);
    await http.post('/api/v1/events/stream', `${json}\n{"${SECRET}":`, { 'content-type': 'application/x-ndjson' });
    await http.get(`/api/v1/events?actor=${SECRET}`);
    await http.get(`/api/v1/events?${SECRET}=1`);
    await http.get(`/api/v1/events?cursor=${SECRET}`);
    await http.get(`/api/v1/events/id-${SECRET}`);
    await http.get(`/${SECRET}`);
    await http.get(`/${SECRET}%zz`);
    await http.get(`/log/${SECRET}/checkpoint`);
    await http.get('/api/v1/events', { authorization: `Bearer ${SECRET}` });
    await http.get('/api/v1/events', { 'x-request-id': `${SECRET} ${SECRET}`, 'user-agent': SECRET, cookie: SECRET });
  }
  http.services.reader.page = () => Promise.reject(new Error('unforeseen'));
  await http.get(`/api/v1/events?actor=${SECRET}`);
  const log = http.logged.join('');
  expect(log).toContain('injected: journal.append fail');
  expect(log).toContain('unforeseen');
  expect(log).toContain('"route":"/api/v1/events/:id"');
  expect(log).not.toContain(SECRET);
  expect(log).not.toContain(KEY);
});

test('every line of one request has its id', async () => {
  fault = 'fail';
  await http.post('/api/v1/events', sampleEvent('a'), { 'x-request-id': 'mine-1' });
  const lines = http.logged.map((line) => JSON.parse(line)).filter(({ msg }) => /request|journal/.test(msg));
  expect(lines.length).toBeGreaterThanOrEqual(2);
  for (const line of lines) expect(line.reqId).toBe('mine-1');
});

test('a request that succeeds is a line for debugging only; one that fails on our side is an error', async () => {
  await http.get('/api/v1/events/none');
  fault = 'fail';
  await http.get('/api/v1/events');
  const levels = http.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith('request'));
  expect(levels.map(({ level, status }) => [level, status])).toEqual([
    [20, 404],
    [50, 503],
  ]);
});

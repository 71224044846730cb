import { noteVerifier, openCheckpoint, verifyConsistency } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
});
afterEach(() => http.close());

interface LogAnswer {
  size: number;
  root: string;
  checkpoint: string;
  keys: string[];
}

const readLog = async () => (await http.get('/api/v1/log')).json() as LogAnswer;

async function grow(count: number): Promise<LogAnswer> {
  const { size } = await readLog().catch(() => ({ size: 0 }));
  const events = Array.from({ length: count }, (_, i) => sampleEvent(`e${(size ?? 0) + i}`));
  await http.post('/api/v1/events/batch', events);
  return readLog();
}

test('the log tells its size, root, checkpoint and keys, of what was acknowledged before', async () => {
  const log = await grow(3);
  expect(log).toMatchObject({ tenant: 'default', origin: 'attestlog.local/default', size: 3, behind: 0 });
  const opened = openCheckpoint(log.checkpoint, log.keys.map(noteVerifier), 'attestlog.local/default');
  expect([opened.size, Buffer.from(opened.root).toString('base64')]).toEqual([3, log.root]);
});

test('a tenant without events has no log', async () => {
  for (const url of ['/api/v1/log', '/api/v1/log/consistency?from=1&to=1']) {
    const answer = await http.get(url, { 'x-tenant-id': 'nobody' });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'tenant-unknown']);
  }
});

describe('consistency', () => {
  test('is proven between two sizes', async () => {
    const before = await grow(5);
    const after = await grow(300);
    const { proof, from, to } = (await http.get('/api/v1/log/consistency?from=5&to=305')).json();
    const hashes = (proof as string[]).map((hash) => Buffer.from(hash, 'base64'));
    const [root1, root2] = [before, after].map(({ root }) => Buffer.from(root, 'base64'));
    expect(verifyConsistency(from, to, hashes, root1!, root2!)).toBe(true);
  });

  test.each([
    ['from=0&to=2', 'log-range-invalid'],
    ['from=2&to=1', 'log-range-invalid'],
    ['from=1&to=99', 'log-range-invalid'],
    ['from=1', 'query-invalid'],
    ['from=-1&to=2', 'query-invalid'],
    ['from=1&to=two', 'query-invalid'],
    ['from=1&to=9999999999999999', 'query-invalid'],
  ])('of %s is refused', async (query, code) => {
    await grow(2);
    const answer = await http.get(`/api/v1/log/consistency?${query}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });
});

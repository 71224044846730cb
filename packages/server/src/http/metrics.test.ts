import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { Metrics } from './metrics.js';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
});
afterEach(() => http.close());

/** The values of the samples whose name and labels begin so. */
function samples(text: string, start: string): number[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => Number(line.split(' ').at(-1)));
}

test('traffic is counted, by what became of the events and by route', async () => {
  await http.post('/api/v1/events', sampleEvent('a'));
  await http.post('/api/v1/events/batch', [sampleEvent('a'), sampleEvent('a', { message: 'x' }), { action: 'No' }]);
  await http.get('/api/v1/events/a');
  await http.get('/api/v1/events/none');
  const answer = await http.app.inject('/metrics');
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=/);
  const text = answer.body;
  for (const result of ['stored', 'duplicate', 'conflict', 'refused']) {
    expect([result, samples(text, `attestlog_events_total{result="${result}"}`)]).toEqual([result, [1]]);
  }
  // The one that was sent, and the one that tells of the first read.
  expect(samples(text, 'attestlog_sealed_events_total')).toEqual([2]);
  for (const status of ['200', '404']) {
    const labels = `{method="GET",route="/api/v1/events/:id",status="${status}"}`;
    expect(samples(text, `attestlog_http_request_duration_seconds_count${labels}`)).toEqual([1]);
  }
  expect(samples(text, 'attestlog_journal_lag_chunks')).toEqual([0]);
  expect(samples(text, 'attestlog_journal_held_bytes')).toEqual([0]);
  expect(samples(text, 'attestlog_recent_ids_complete')).toEqual([1]);
  expect(samples(text, 'attestlog_recent_ids ')).toEqual([2]);
  expect(samples(text, 'attestlog_pending_ids')).toEqual([0]);
  expect(samples(text, 'attestlog_sequencer_batch_events_count')).toEqual([2]);
  expect(samples(text, 'process_cpu_seconds_total')).toHaveLength(1);
});

test('nothing of a request or an event is in a label', async () => {
  await http.post('/api/v1/events', sampleEvent('id-content', { message: 'message-content' }));
  await http.get('/api/v1/events?actor=actor-content');
  await http.get('/unknown-path-content', { 'x-request-id': 'request-id-content' });
  await http.get('/api/v1/events/id-content');
  await http.get('/log/tenant-content/checkpoint');
  expect((await http.app.inject('/metrics')).body).not.toContain('content');
});

test('what cannot be read now takes nothing from the rest', async () => {
  const metrics = new Metrics({
    journal: () => Promise.reject(new Error('closed')),
    sealedThrough: () => 0,
    pendingIds: () => 7,
    recentIds: () => ({ ids: 0, bytes: 0, complete: false }),
    requestsUnderWay: () => {
      throw new Error('broken');
    },
    permissionCache: () => ({ hits: 3, misses: 1, entries: 2 }),
    live: () => ({ streams: 4, waitingBytes: 10, recentBytes: 20 }),
    queries: () => ({
      running: 2,
      waiting: 5,
      ended: { answered: 9, refused: 1, cancelled: 2, exhausted: 3, failed: 0 },
    }),
  });
  metrics.countFailedBatch();
  metrics.countWitness('witness.example/w', 'failed');
  metrics.observeBatch({ through: 1, events: 3, repeats: 2, tenants: 1, bytes: 9 }, 0.1);
  const text = await metrics.text();
  // What watches the process goes on for ever: it must not hold a service that was stopped.
  expect(samples(await metrics.registry.metrics(), 'process_')).toEqual([]);
  expect(samples(text, 'process_cpu_seconds_total')).toHaveLength(1);
  expect(samples(text, 'attestlog_pending_ids')).toEqual([7]);
  expect(samples(text, 'attestlog_journal_held_bytes')).toEqual([Number.NaN]);
  expect(samples(text, 'attestlog_permission_cache_hit_ratio')).toEqual([0.75]);
  expect(samples(text, 'attestlog_permission_cache_lookups_total{result="hit"}')).toEqual([3]);
  expect(samples(text, 'attestlog_permission_cache_lookups_total{result="miss"}')).toEqual([1]);
  expect(samples(text, 'attestlog_live_streams')).toEqual([4]);
  expect(samples(text, 'attestlog_live_waiting_bytes')).toEqual([10]);
  expect(samples(text, 'attestlog_live_recent_bytes')).toEqual([20]);
  expect(samples(text, 'attestlog_queries_running')).toEqual([2]);
  expect(samples(text, 'attestlog_queries_waiting')).toEqual([5]);
  expect(samples(text, 'attestlog_queries_total{result="exhausted"}')).toEqual([3]);
  expect(samples(text, 'attestlog_sequencer_failures_total')).toEqual([1]);
  expect(samples(text, 'attestlog_sequencer_repeats_total')).toEqual([2]);
  expect(samples(text, 'attestlog_witness_requests_total{witness="witness.example/w",result="failed"}')).toEqual([1]);
});

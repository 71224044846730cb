import { expect, test } from 'vitest';
import type { StoredEntry } from '../ports/store.js';
import { timelineOf } from './timeline.js';

function entry(index: number, time: string, more: object = {}): StoredEntry {
  const event = { id: `e${index}`, time, ...more };
  return { index, position: index, entry: Buffer.from(JSON.stringify(event)), sealed: undefined };
}

const entries = [
  entry(0, '2025-10-06T12:00:00.000000001Z', { actor: { id: 'jane' }, source: { service: 'web' } }),
  entry(2, '2025-10-06T12:00:00.250000001Z', { actor: { id: 'bot', type: 'agent' }, source: { service: 'api' } }),
  entry(1, '2025-10-06T12:01:00.000000001Z', { actor: { id: 'jane' }, source: { service: 'api' } }),
];

test('a timeline has offsets from the first event, gaps, who, and services', () => {
  expect(timelineOf(entries)).toEqual({
    steps: [
      { offsetMs: 0, gapMs: null },
      { offsetMs: 250, gapMs: 250 },
      { offsetMs: 60_000, gapMs: 59_750 },
    ],
    from: '2025-10-06T12:00:00.000000001Z',
    to: '2025-10-06T12:01:00.000000001Z',
    durationMs: 60_000,
    longestGapMs: 59_750,
    actors: [
      { id: 'jane', type: null, events: 2 },
      { id: 'bot', type: 'agent', events: 1 },
    ],
    services: [
      { service: 'api', events: 2 },
      { service: 'web', events: 1 },
    ],
  });
});

test('the other way round, it is the same one', () => {
  const { steps, ...others } = timelineOf([...entries].reverse());
  const { steps: forwards, ...same } = timelineOf(entries);
  expect(others).toEqual(same);
  expect([...steps].reverse()).toEqual(forwards);
});

test('a later page goes on from where the first one began, to the nanosecond', () => {
  const startNs = 1_759_752_000_000_000_000n;
  expect(timelineOf(entries, startNs).steps[1]).toEqual({ offsetMs: 250.000001, gapMs: 250 });
});

test('of nothing, there is nothing', () => {
  const none = { steps: [], from: null, to: null, durationMs: 0, longestGapMs: 0, actors: [], services: [] };
  expect(timelineOf([])).toEqual(none);
});

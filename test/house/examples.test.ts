import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { admitEvent, formatNs, isMoment, parseJson, parseTime } from '@attestlog/event';
import { expect, it } from 'vitest';
import { root } from './repository.js';

it('the example events are events that a server takes as they are, each with its own id and in their order', () => {
  const lines = readFileSync(join(root, 'examples', 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  const now = parseTime('2026-04-01T00:00:00Z');
  if (!isMoment(now)) throw new Error('not a time');
  const context = {
    receivedAt: formatNs(now.ns),
    receivedAtNs: now.ns,
    newId: () => 'new',
    maxFutureSkewMs: 0,
    sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
  };
  const events = lines.map((line) => {
    const parsed = parseJson(line);
    const admitted = admitEvent(parsed.value, context);
    return admitted.ok ? admitted : { ...admitted, line };
  });
  expect(events.filter(({ ok }) => !ok)).toEqual([]);
  const admitted = events.flatMap((event) => (event.ok ? [event] : []));
  expect(admitted.every(({ idGiven }) => idGiven)).toBe(true);
  expect(new Set(admitted.map(({ id }) => id)).size).toBe(200);
  const times = admitted.map(({ timeNs }) => timeNs);
  expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
});

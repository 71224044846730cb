import { expect, it } from 'vitest';
import type { JsonObject } from '../json-value.js';
import type { StoredEvent } from '../schema.js';
import { Leftovers } from './dialect.js';
import { restoreMetadata, takeMetadata } from './free-metadata.js';

const stamp = { id: 'x', time: '2025-01-01T00:00:00Z', received_at: '2025-01-01T00:00:00Z', action: 'a.b' };

it('brings metadata to the top and back, without what the server found in the event', () => {
  const left = new Leftovers({ metadata: { a: 1, deep: { b: 'x\0' } } });
  const taken = takeMetadata(left, 'logs');
  expect(taken).toEqual({ a: 1, deep: { b: { $json: '"x\\u0000"' } } });
  expect(left.members).toEqual({});
  const event: StoredEvent = { ...stamp, metadata: { ...taken, logs: {}, $detected: { email: 1 } } };
  const record: JsonObject = {};
  restoreMetadata(record, event, 'logs');
  expect(record).toEqual({ metadata: { a: 1, deep: { b: 'x\0' } } });
});

it.each([[{}], [null], [[1]], ['text'], [{ logs: 1 }], [{ $detected: 1 }]])('leaves %j where it is', (metadata) => {
  const left = new Leftovers({ metadata });
  expect(takeMetadata(left, 'logs')).toEqual({});
  expect(left.members).toEqual({ metadata });
  const record = left.rest();
  restoreMetadata(record, { ...stamp, metadata: { logs: {} } }, 'logs');
  expect(record).toEqual({ metadata });
});

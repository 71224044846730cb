import { describe, expect, it } from 'vitest';
import { auditEventPlaces } from './audit-events.js';
import { fileMonitorPlaces } from './file-monitor.js';
import { foreignPointer } from './foreign-pointer.js';
import { logPlaces } from './logs.js';

describe('a place in an event', () => {
  it.each([
    [logPlaces, {}, '/actor/id', '/user_id'],
    [logPlaces, {}, '/changes/before/a/0', '/before_state/a/0'],
    [logPlaces, {}, '/targets/0/id', '/resource_id'],
    [logPlaces, { id: 'a' }, '/id', '/id'],
    [logPlaces, { _id: 'a', id: 'b' }, '/id', '/_id'],
    [logPlaces, {}, '/metadata/logs/odd~1key/b', '/odd~1key/b'],
    [logPlaces, {}, '/metadata/amount', '/metadata/amount'],
    [logPlaces, {}, '/metadata', '/metadata'],
    [logPlaces, {}, '', ''],
    [logPlaces, {}, '/received_at', ''],
    [fileMonitorPlaces, {}, '/time', '/timestamp_utc'],
    [fileMonitorPlaces, {}, '/action', '/event_type/type'],
    [fileMonitorPlaces, {}, '/file/diff', '/metadata/diff'],
    [auditEventPlaces, { event_type: 'login' }, '/action', '/event_type'],
    [auditEventPlaces, { event_type: 'login', action: 'LOGIN' }, '/action', '/action'],
    [auditEventPlaces, {}, '/request/items/0', '/request_data/items/0'],
    [auditEventPlaces, {}, '/source/host', '/ip_address'],
  ])('%#: comes from one in the record', (places, record, pointer, expected) => {
    expect(foreignPointer(pointer, record, places)).toBe(expected);
  });
});

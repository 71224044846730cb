import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.js';
import type { StoredEvent } from '../schema.js';
import { auditEventMoves } from './audit-events.js';
import { cloudEventMoves } from './cloudevents.js';
import { Leftovers } from './dialect.js';
import { fileMonitorMoves } from './file-monitor.js';
import { logMoves } from './logs.js';
import { type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { actorMoves, ocsfMoves, requestMoves, responseMoves, sessionMoves, targetMoves } from './ocsf.js';
import { syslogMoves } from './syslog.js';

const moves: Moves = [
  ['a', 'id'],
  ['user.id', 'actor.id'],
  ['user.thing', 'targets.0.id'],
  ['ip', 'source.ip'],
  ['ip', 'source.host'],
  ['body', 'request'],
];
const stamp = { id: 'x', time: '2025-01-01T00:00:00Z', received_at: '2025-01-01T00:00:00Z', action: 'a.b' };

describe('moving', () => {
  it('takes what fits, and leaves the objects that it was in', () => {
    const record = { a: 'one', user: { id: 'u', thing: 't' }, ip: 'proxy', body: [1], more: 2 };
    const left = new Leftovers(record);
    const draft = moveOut(left, moves);
    expect(draft).toEqual({
      id: 'one',
      actor: { id: 'u' },
      targets: [{ id: 't' }],
      source: { host: 'proxy' },
      request: [1],
    });
    expect(left.members).toEqual({ user: {}, more: 2 });
    expect(record.user).toEqual({ id: 'u', thing: 't' });
    const back: JsonObject = left.rest();
    moveBack(back, draft as StoredEvent, moves);
    expect(back).toEqual(record);
  });

  it('takes from an object and from what is inside of it', () => {
    const left = new Leftovers({ a: { b: { c: 'inner' }, d: 'outer', e: 'last' } });
    const draft = moveOut(left, [
      ['a.d', 'id'],
      ['a.b.c', 'actor.id'],
      ['a.e', 'message'],
    ]);
    expect(draft).toEqual({ id: 'outer', actor: { id: 'inner' }, message: 'last' });
    expect(left.members).toEqual({ a: { b: {} } });
  });

  it('leaves what does not fit, and then does not put it back', () => {
    const record = { a: 'has blank', user: { id: 5, thing: null }, ip: 7, body: null };
    const left = new Leftovers(record);
    expect(moveOut(left, moves)).toEqual({});
    const back = left.rest();
    moveBack(back, stamp as StoredEvent, moves);
    expect(back).toEqual(record);
  });

  it('makes objects only where told', () => {
    const bare: JsonObject = {};
    moveBack(bare, { ...stamp, actor: { id: 'u' } }, moves);
    expect(bare).toEqual({ a: 'x' });
    moveBack(bare, { ...stamp, actor: { id: 'u' } }, moves, true);
    expect(bare).toEqual({ a: 'x', user: { id: 'u' } });
  });

  it('never makes an object of a prototype', () => {
    const record: JsonObject = {};
    moveBack(record, { ...stamp, actor: { id: 'u' } }, [['__proto__.polluted', 'actor.id']]);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

it('tells what was not moved, and changes nothing', () => {
  const event: StoredEvent = {
    ...stamp,
    actor: { id: 'u', name: 'U' },
    targets: [{ id: 't' }, { id: 'second' }],
    source: { ip: '192.0.2.1', host: 'has no member, since that has the address' },
    metadata: { empty: {} },
  };
  const before = JSON.stringify(event);
  expect(notMoved(event, moves, 'action', 'received_at', 'time')).toEqual({
    actor: { name: 'U' },
    targets: [{ id: 'second' }],
    source: { host: 'has no member, since that has the address' },
    metadata: { empty: {} },
  });
  expect(JSON.stringify(event)).toBe(before);
});

const ocsf = [...ocsfMoves, ...actorMoves, ...targetMoves, ...sessionMoves, ...requestMoves, ...responseMoves];

it.each<[string, Moves]>([
  ['file-monitor', fileMonitorMoves],
  ['logs', logMoves],
  ['audit-events', auditEventMoves],
  ['cloudevents', cloudEventMoves],
  ['ocsf', ocsf],
  ['syslog', syslogMoves],
])('the table of %s names each field once', (_, table) => {
  const fields = table.map(([, field]) => field);
  expect(fields).toEqual([...new Set(fields)]);
});

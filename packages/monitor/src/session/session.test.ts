import { describe, expect, it } from 'vitest';
import { readSession, sessionOfEnvironment } from './session.js';
import { SessionTimeline } from './session-timeline.js';

describe('a session', () => {
  it('is read with its five members and nothing else', () => {
    const session = { user_id: 'u', session_id: 's', agent_id: 'a', task_id: 't', on_behalf_of: 'p' };
    expect(readSession(session)).toEqual({ ok: true, session });
    expect(readSession({ session_id: '', agent_id: null, task_id: 't' })).toEqual({
      ok: true,
      session: { task_id: 't' },
    });
    expect(readSession({ session: 's' })).toMatchObject({ ok: false });
  });

  it.each([
    ['no object', [null, 's', [], 5]],
    ['no text', [{ session_id: 5 }, { session_id: {} }]],
    ['too long', [{ session_id: 'x'.repeat(1_025) }]],
    ['not text that an event can hold', [{ session_id: 'a\0' }, { session_id: '\ud800' }]],
  ])('is refused where it is %s', (_, values) => {
    for (const value of values) expect(readSession(value)).toMatchObject({ ok: false });
    expect(readSession({ session_id: 'x'.repeat(1_024) })).toMatchObject({ ok: true });
  });

  it('is read from the environment', () => {
    const env = { ATTESTLOG_SESSION_ID: 's-1', ATTESTLOG_ON_BEHALF_OF: 'jane', ATTESTLOG_KEY: 'k' };
    expect(sessionOfEnvironment(env)).toEqual({ ok: true, session: { session_id: 's-1', on_behalf_of: 'jane' } });
  });
});

describe('the sessions of a run', () => {
  it('are those that were in force at the time, the stronger source member by member', () => {
    const timeline = new SessionTimeline();
    expect(timeline.at(0)).toEqual({ session: {}, source: undefined });
    timeline.set('flag', { session_id: 'flag', agent_id: 'flag' }, 10);
    timeline.set('environment', { session_id: 'env', task_id: 'env' }, 10);
    timeline.set('socket', { session_id: 'socket' }, 20);
    timeline.set('socket', {}, 30);
    expect(timeline.at(9).session).toEqual({});
    expect(timeline.at(19)).toEqual({
      session: { session_id: 'flag', agent_id: 'flag', task_id: 'env' },
      source: 'flag',
    });
    expect(timeline.at(29)).toEqual({
      session: { session_id: 'socket', agent_id: 'flag', task_id: 'env' },
      source: 'socket',
    });
    expect(timeline.at(30)).toEqual(timeline.at(19));
    expect(timeline.current).toEqual(timeline.at(30));
  });

  it('are remembered up to a bound', () => {
    const timeline = new SessionTimeline();
    for (let index = 0; index < 300; index++) timeline.set('socket', { session_id: `s${index}` }, index);
    expect(timeline.at(43).session).toEqual({});
    expect(timeline.at(44).session).toEqual({ session_id: 's44' });
  });
});

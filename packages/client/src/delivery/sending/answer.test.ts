import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerOf } from './answer.js';

const raw = (status: number, body: unknown) => ({ status, retryAfterMs: undefined, text: JSON.stringify(body) });

test('results are told apart, and values stay out of the reasons', () => {
  const problems = [{ code: 'invalid-time', pointer: '/time', message: '"secret" is not a time' }];
  const results = [
    { id: 'a', status: 'stored' },
    { id: 'b', status: 'duplicate' },
    { id: 'c', status: 'left_out', reason: 'level' },
    { id: 'd', status: 'conflict' },
    { id: 'e', status: 'refused', problems },
    { status: 'refused', problems: [] },
  ];
  expect(answerOf(raw(207, { results }), 6)).toEqual({
    kind: 'settled',
    settlements: [
      { state: 'acknowledged' },
      { state: 'acknowledged' },
      { state: 'not-recorded', reason: 'level' },
      { state: 'refused', code: 'id-conflict', reason: 'Another event with this id is recorded already' },
      { state: 'refused', code: 'invalid-time', reason: 'invalid-time at /time' },
      { state: 'refused', code: 'event-invalid', reason: 'event-invalid' },
    ],
  });
});

test.each([
  ['fewer results than events', { results: [] }],
  ['a status that is new to us', { results: [{ status: 'deferred' }] }],
  ['no results', {}],
  ['no object', []],
])('an answer with %s is asked for again', (_what, body) => {
  expect(answerOf(raw(201, body), 1)).toMatchObject({ kind: 'retry', code: 'answer-unreadable', scope: 'server' });
});

test('whatever is answered is understood as something, and success is never made up', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
      const answer = answerOf({ status, retryAfterMs: undefined, text }, 2);
      expect(['unacceptable', 'refused', 'retry']).toContain(answer.kind);
    }),
  );
});

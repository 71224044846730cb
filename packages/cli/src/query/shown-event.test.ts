import { expect, test } from 'vitest';
import { shownEvent } from './shown-event.js';

const sealed = { $sealed: 'a'.repeat(64) };
const event = { action: 'a.b', actor: { name: sealed, email: sealed }, source: { ip: sealed } };

test('sealed fields are shown as the server shows them to this reader', () => {
  const personal = [
    { pointer: '/actor/name', state: 'open', value: 'Jane' },
    { pointer: '/actor/email', state: 'masked', value: 'j***@x.com' },
    { pointer: '/source/ip', state: 'erased' },
  ];
  expect(shownEvent(event, personal)).toEqual({
    action: 'a.b',
    actor: { name: 'Jane', email: 'j***@x.com' },
    source: { ip: '(erased)' },
  });
  expect(event.actor.name).toBe(sealed);
});

test.each([
  ['nothing', undefined],
  ['no list', 'x'],
  ['a field without a place', [{ state: 'open', value: 'x' }]],
  ['a place that is none', [{ pointer: 'actor', value: 'x' }]],
  ['a place in a payload that lies elsewhere', [{ pointer: '/request/name', value: 'x' }]],
])('an event stays as it is with %s', (_, personal) => {
  expect(shownEvent(event, personal)).toEqual(event);
});

test('what is no event stays as it is', () => {
  expect(shownEvent(null, [{ pointer: '/a', value: 1 }])).toBe(null);
});

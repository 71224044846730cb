import { describe, expect, test } from 'vitest';
import { NOBODY, subjectForms, subjectOfParty, subjectOfValue } from './subject.js';

describe('the subject of a party', () => {
  test.each([
    [{ id: 'u1', email: 'a@b', name: 'A' }, 'u1'],
    [{ email: 'A@B', name: 'A' }, 'a@b'],
    [{ id: '', email: '', name: 'A' }, 'A'],
    [{ type: 'user' }, undefined],
    [undefined, undefined],
    ['u1', undefined],
    [{ id: 7 }, undefined],
  ])('%j is %j', (party, subject) => {
    expect(subjectOfParty(party)).toBe(subject);
  });
});

test('somebody who is known by nothing but a value is that value', () => {
  expect(subjectOfValue('2001:DB8::1', 'ip')).toBe('2001:db8::1');
  expect(subjectOfValue(7, 'text')).toBe(NOBODY);
  expect(subjectOfValue('', 'text')).toBe(NOBODY);
});

test('an identifier is looked for as it is and in its normal forms', () => {
  expect(subjectForms('u1')).toEqual(['u1']);
  expect(subjectForms('Jane@X.com')).toEqual(['Jane@X.com', 'jane@x.com']);
  expect(subjectForms('::ffff:192.0.2.1')).toEqual(['::ffff:192.0.2.1', '192.0.2.1']);
  expect(subjectForms('Zoe\u0308')).toEqual(['Zoe\u0308', 'Zo\u00eb']);
});

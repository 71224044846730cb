import { expect, it } from 'vitest';
import { operationOf, outcomeOf, severityOf } from './foreign-words.js';
import { operations, outcomes, severities } from './vocabulary.js';

it('has every word of its own lists', () => {
  for (const word of operations) expect(operationOf(word)).toBe(word);
  for (const word of outcomes) expect(outcomeOf(word)).toBe(word);
  for (const word of severities) expect(severityOf(word)).toBe(word);
});

it.each([
  ['CREATE', 'create'],
  ['UPDATE', 'update'],
  ['DELETE', 'delete'],
  ['VIEW', 'read'],
  ['modified', 'update'],
  ['Sign-In', 'login'],
  ['dance', undefined],
])('knows the operation of %s: %s', (word, operation) => {
  expect(operationOf(word)).toBe(operation);
});

it.each([
  ['INFO', 'info'],
  ['WARNING', 'warning'],
  ['ERROR', 'error'],
  ['CRITICAL', 'critical'],
  ['emergency', 'critical'],
  ['low', 'notice'],
  ['medium', 'warning'],
  ['high', 'error'],
  ['constructor', undefined],
])('knows the severity of %s: %s', (word, severity) => {
  expect(severityOf(word)).toBe(severity);
});

it('knows outcomes of other systems', () => {
  expect(outcomeOf('FAILED')).toBe('failure');
  expect(outcomeOf('ok')).toBe('success');
  expect(outcomeOf('Forbidden')).toBe('denied');
  expect(outcomeOf('maybe')).toBeUndefined();
});

import { expect, it } from 'vitest';
import { redactId, redactText } from './redact.js';

it('masks what a text holds', () => {
  expect(redactText('mail jane.doe@example.com, card 4111111111111111')).toBe(
    'mail j***@example.com, card **** **** **** 1111',
  );
  expect(redactText('nothing')).toBe('nothing');
});

it('leaves the digits of an id', () => {
  expect(redactId('4111111111111111')).toBe('4111111111111111');
  expect(redactId('jane.doe@example.com')).toBe('j***@example.com');
  expect(redactId('AKIAIOSFODNN7EXAMPLE')).toBe('[api_key]');
});

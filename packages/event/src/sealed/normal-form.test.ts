import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forms, normalForm } from './normal-form.js';

test('e-mail addresses differ by no case, addresses by no writing, texts by nothing but their composition', () => {
  expect(normalForm('Jane@Company.COM', 'email')).toBe('jane@company.com');
  expect(normalForm('2001:DB8::0:1', 'ip')).toBe('2001:db8::1');
  expect(normalForm('not an address', 'ip')).toBe('not an address');
  expect(normalForm('Zoe\u0308', 'text')).toBe('Zo\u00eb');
  expect(normalForm('Jane', 'text')).not.toBe(normalForm('jane', 'text'));
});

test('a normal form is its own normal form', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...forms),
      fc.oneof(fc.string({ unit: 'binary' }), fc.ipV6(), fc.ipV4()),
      (form, text) => {
        const normal = normalForm(text, form);
        expect(normalForm(normal, form)).toBe(normal);
      },
    ),
  );
});

import { expect, it } from 'vitest';
import { detect } from './detect.js';

const emails = (text: string) =>
  detect(text)
    .filter(({ kind }) => kind === 'email')
    .map(({ start, end }) => text.slice(start, end));

it.each([
  ['jane.doe+x@mail.example.com', 'jane.doe+x@mail.example.com'],
  ["'jane@example.com'", 'jane@example.com'],
  ['<jane@example.com>', 'jane@example.com'],
  ['to jane@example.com.', 'jane@example.com'],
  ['jörg@bücher.example', 'jörg@bücher.example'],
  ['jane@xn--bcher-kva.example', 'jane@xn--bcher-kva.example'],
  ['jane@example.com:done', 'jane@example.com'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ['a.@example.com', undefined],
  ['@example.com', undefined],
  ['jane@example', undefined],
  ['jane@example.c', undefined],
  ['jane@example.123', undefined],
  ['jane@.example.com', undefined],
  ['jane@example..com', undefined],
  ['jane@-.-x', undefined],
  ['git@github.com:acme/app.git', undefined],
  ['deploy@host.example.com:~/site', undefined],
  ['icon@2x.png', undefined],
  ['pkg@1.2.3', undefined],
  ['References: <a1@mail.example.com>', undefined],
  ['In-Reply-To: <a1@mail.example.com>', undefined],
  ['Reply-To: <jane@mail.example.com>', 'jane@mail.example.com'],
])('in %j: %s', (text, expected) => {
  expect(emails(text)).toEqual(expected === undefined ? [] : [expected]);
});

it('takes the last 64 characters of a local part that is longer than there can be', () => {
  expect(emails(`${'a'.repeat(100)}@example.com`)).toEqual([`${'a'.repeat(64)}@example.com`]);
});

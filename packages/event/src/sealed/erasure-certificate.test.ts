import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ErasureCertificate, formatErasureCertificate, parseErasureCertificate } from './erasure-certificate.js';

const CERTIFICATE: ErasureCertificate = {
  log: 'log.example/acme',
  erasure: '0199-e1',
  requested_at: '2025-10-06T12:00:00Z',
  keys_destroyed_at: '2025-10-06T12:00:01Z',
  keys: [{ subject: 'A'.repeat(22), through: 2 }],
  entries: 12,
  fields: 30,
};

test('a certificate is one line of canonical JSON below its title, and comes back as it was', () => {
  const body = formatErasureCertificate(CERTIFICATE);
  expect(body.split('\n')).toHaveLength(3);
  expect(body).toMatch(/^attestlog erasure certificate v1\n\{"entries":12,.*\}\n$/);
  expect(parseErasureCertificate(body)).toEqual(CERTIFICATE);
});

test.each([
  ['another title', (body: string) => body.replace('v1', 'v2')],
  ['no last newline', (body: string) => body.slice(0, -1)],
  ['a further line', (body: string) => `${body}more\n`],
  ['a further member', (body: string) => body.replace('{', '{"a":1,')],
  ['another order of members', (body: string) => body.replace('"entries":12,', '').replace('}\n', ',"entries":12}\n')],
  ['a negative number', (body: string) => body.replace('12', '-12')],
  ['a missing member', (body: string) => body.replace(',"fields":30', '')],
])('with %s it is none', (_, change) => {
  const changed = change(formatErasureCertificate(CERTIFICATE));
  expect(changed).not.toBe(formatErasureCertificate(CERTIFICATE));
  expect(parseErasureCertificate(changed)).toBeUndefined();
});

test('garbage is none, without an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseErasureCertificate(text)).toBeUndefined();
      expect(parseErasureCertificate(`attestlog erasure certificate v1\n${text}\n`)).toBeUndefined();
    }),
  );
});

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledTexts } from '../../testing/labelled-texts.js';
import { detect } from './detect.js';
import { detectionKinds } from './finding.js';
import { type Maskable, maskStyles, maskValue } from './mask-value.js';

const hash = (text: string) => createHmac('sha256', 'key').update(text).digest('hex');

it.each<[Maskable, string, string]>([
  ['email', 'jane.doe@company.com', 'j***@company.com'],
  ['email', 'j@company.com', '***@company.com'],
  ['email', '🙂x@company.com', '🙂***@company.com'],
  ['email', 'no address', '***'],
  ['ip_address', '203.0.113.7', '203.0.113.x'],
  ['ip_address', '2001:db8:85a3::8a2e:370:7334', '2001:db8:85a3::x'],
  ['ip_address', '2001:db8:85a3:1:2:3:4:5', '2001:db8:85a3::x'],
  ['ip_address', '2001:db8::1', '2001:db8::x'],
  ['ip_address', 'fe80::1%eth0.7', 'fe80::x'],
  ['ip_address', '::ffff:203.0.113.7', '::ffff:203.0.113.x'],
  ['ip_address', '::1', '::x'],
  ['ip_address', 'nonsense', '***'],
  ['credit_card', '4242 4242 4242 4242', '**** **** **** 4242'],
  ['credit_card', '378282246310005', '**** **** **** 0005'],
  ['phone', '+1 (202) 555-0142', '+* (***) ***-0142'],
  ['phone', '5550142', '*****42'],
  ['iban', 'DE89 3704 0044 0532 0130 00', 'DE** **** 0 00'],
  ['iban', 'DE89370400440532013000', 'DE** **** 3000'],
  ['us_ssn', '078-05-1120', '***-**-1120'],
  ['api_key', `ghp_${'a1B2'.repeat(9)}`, 'ghp_***'],
  ['api_key', 'something else', '***'],
  ['jwt', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', '[jwt]'],
  ['private_key', '-----BEGIN PRIVATE KEY-----', '[private_key]'],
  ['url_password', 'hunter2hunter', '[url_password]'],
  ['name', 'Jane van  Doe', 'J*** v*** D***'],
  ['name', '', '***'],
  ['text', 'anything', '***'],
])('masks %s %j as %j', (what, value, expected) => {
  expect(maskValue(what, value, 'partial')).toBe(expected);
});

describe('the other styles', () => {
  it('say the kind, or a keyed hash by which equal values are equal', () => {
    expect(maskValue('email', 'jane@example.com', 'full')).toBe('[email]');
    expect(maskValue('email', 'jane@example.com', 'hash', hash)).toMatch(/^\[email:h[0-9a-f]{16}\]$/);
    expect(maskValue('email', 'JANE@example.com', 'hash', hash)).toBe(
      maskValue('email', 'jane@example.com', 'hash', hash),
    );
    expect(maskValue('email', 'jane@example.com', 'hash')).toBe('[email]');
  });
});

it('leaves nothing in the labelled texts that would be found again', () => {
  for (const { text, expected } of [...labelledTexts('building'), ...labelledTexts('judging')]) {
    for (const { kind, start, end } of expected) {
      for (const style of maskStyles) {
        const masked = maskValue(kind, text.slice(start, end), style, hash);
        expect(
          detect(`${text.slice(0, start)}${masked}${text.slice(end)}`).filter(
            (found) => found.start >= start && found.start < start + masked.length,
          ),
        ).toEqual([]);
      }
    }
  }
});

it('masks any text of any kind, in bounds', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000 }),
    fc.constantFrom('', '@', ':', '::', '.', ' '),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<Maskable>(...detectionKinds, 'name', 'text'),
      anything,
      fc.constantFrom(...maskStyles),
      (what, value, style) => {
        expect(maskValue(what, value, style, hash).length).toBeLessThanOrEqual(320);
      },
    ),
  );
});

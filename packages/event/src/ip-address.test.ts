import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isIpAddress } from './ip-address.js';

it('takes every address', () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), isIpAddress));
  for (const text of [
    '::',
    '::1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    '2001:DB8::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
  ]) {
    expect(isIpAddress(text), text).toBe(true);
  }
});

it('takes nothing else', () => {
  const others = [
    '',
    'AWS Internal',
    's3.amazonaws.com',
    '192.0.2.1:80',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.01',
    '1.2.3.4.5',
    '1.2.3.4.',
    '10.0.0.0/8',
  ];
  others.push(
    '[::1]',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1.2.3.4::',
    'fe80::1%',
    '1:2:3:4:5:6:7::8',
    '::1\n',
  );
  for (const text of others) expect(isIpAddress(text), text).toBe(false);
});

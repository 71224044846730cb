import { expect, it } from 'vitest';
import { privateKeyEnd } from './private-key.js';

const armour = (label: string) => `-----BEGIN ${label}-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END ${label}-----`;

it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
  'finds the whole of a %s',
  (label) => {
    const text = `a ${armour(label)} b`;
    expect(privateKeyEnd(text, 2)).toBe(text.length - 2);
    const cut = text.slice(0, text.indexOf('-----END'));
    expect(privateKeyEnd(cut, 2)).toBe(cut.length);
  },
);

it.each(['CERTIFICATE', 'PUBLIC KEY', 'PGP PUBLIC KEY BLOCK', 'PRIVATE KEY OF NOBODY', 'A'.repeat(60)])(
  'does not take a %s',
  (label) => {
    expect(privateKeyEnd(armour(label), 0)).toBeUndefined();
  },
);

it('needs the whole of the first line', () => {
  expect(privateKeyEnd('-----BEGIN PRIVATE KEY', 0)).toBeUndefined();
  expect(privateKeyEnd('----BEGIN PRIVATE KEY-----', 0)).toBeUndefined();
});

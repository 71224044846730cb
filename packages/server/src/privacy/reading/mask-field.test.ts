import { expect, test } from 'vitest';
import { maskField } from './mask-field.js';

const KEY = new Uint8Array(32).fill(7);

test.each([
  ['/actor/email', 'jane@company.com', 'j***@company.com'],
  ['/source/ip', '192.0.2.7', '192.0.2.x'],
  ['/actor/name', 'Jane Doe', 'J*** D***'],
  ['/targets/3/name', 'Ann', 'A***'],
  ['/metadata/note', 'anything', '***'],
  ['/metadata/nickname', 'Ann', '***'],
  ['/metadata/number', 42, '***'],
  ['/request', { a: 1 }, '***'],
])('%s of %j is shown as %s', (pointer, value, masked) => {
  expect(maskField(pointer, value, 'partial', KEY)).toBe(masked);
});

test('by hash, equal values are told to be equal, within one tenant and field only', () => {
  const hashed = (pointer: string, value: string, key = KEY) => maskField(pointer, value, 'hash', key);
  expect(hashed('/actor/email', 'Jane@x.com')).toBe(hashed('/actor/email', 'jane@x.com'));
  expect(hashed('/actor/email', 'jane@x.com')).toMatch(/^\[email:h[0-9a-f]{16}\]$/);
  expect(hashed('/actor/email', 'john@x.com')).not.toBe(hashed('/actor/email', 'jane@x.com'));
  expect(hashed('/metadata/email', 'jane@x.com')).not.toBe(hashed('/actor/email', 'jane@x.com'));
  expect(hashed('/actor/email', 'jane@x.com', new Uint8Array(32))).not.toBe(hashed('/actor/email', 'jane@x.com'));
  expect(maskField('/metadata/n', 42, 'hash', KEY)).toMatch(/^\[text:h[0-9a-f]{16}\]$/);
});

test('in full, nothing but the kind is left', () => {
  expect(maskField('/source/ip', '192.0.2.7', 'full', KEY)).toBe('[ip_address]');
  expect(maskField('/metadata/n', [1], 'full', KEY)).toBe('[text]');
});

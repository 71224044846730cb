import { expect, test } from 'vitest';
import { type Peer, Senders } from './senders.js';

function sendersOf(texts: string[], otherwise?: string): Senders {
  const read = Senders.parse(texts, otherwise);
  if (!read.ok) throw new Error(read.problem);
  return read.senders;
}
const at = (address: string, ...names: string[]): Peer => ({ address, names });

test('the first rule that fits says the tenant', () => {
  const senders = sendersOf([
    '10.1.0.0/16=acme',
    'cert:Web.Example.com=globex',
    '10.0.0.0/8=initech',
    '2001:db8::/32=acme',
  ]);
  expect(senders.tenantOf(at('10.1.2.3', 'web.example.com'))).toBe('acme');
  expect(senders.tenantOf(at('10.2.2.3', 'other', 'WEB.example.com'))).toBe('globex');
  expect(senders.tenantOf(at('10.2.2.3', 'web.example.com.evil'))).toBe('initech');
  expect(senders.tenantOf(at('2001:db8::7'))).toBe('acme');
  expect(senders.tenantOf(at('192.0.2.1'))).toBeUndefined();
});

test('all others have the tenant that is named for them', () => {
  expect(sendersOf(['10.0.0.0/8=acme'], 'rest').tenantOf(at('192.0.2.1'))).toBe('rest');
  expect([sendersOf([]).isEmpty, sendersOf([], 'rest').isEmpty]).toEqual([true, false]);
});

test.each([
  [['acme'], undefined, '"acme" is not ADDRESS=TENANT'],
  [['10.0.0.1/8=acme'], undefined, 'bits beyond its prefix'],
  [['10.0.0.0/8=No Tenant'], undefined, 'is not ADDRESS=TENANT'],
  [[], 'No Tenant', 'is no tenant’s id'],
])('%j is refused', (texts, otherwise, problem) => {
  const read = Senders.parse(texts, otherwise);
  expect(read.ok ? '' : read.problem).toContain(problem.replace('’', "'"));
});

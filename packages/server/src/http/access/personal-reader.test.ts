import { type Filter, parseFilter, type SealingPolicy, sealingPlan } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { samplePrincipal } from '../../../testing/principals.js';
import { SAMPLE_BLIND_KEY, sealSample } from '../../../testing/seal-sample.js';
import type { Extent } from '../../access/authorization.js';
import { personalReaderOf } from './personal-reader.js';

const sealingOf = (policy: SealingPolicy) => ({ plan: sealingPlan(policy), blindKey: SAMPLE_BLIND_KEY });
const sealing = sealingOf({ fields: [{ path: '/actor/name' }, { path: '/actor/email' }] });
const event = { id: 'e1', action: 'a.b', actor: { id: 'u1', name: 'Jane', email: 'jane@company.com' } };
const { event: entry, sealed } = sealSample(event, sealing.plan);

const filterOf = (text: string): Filter => parseFilter(text).filter!;
function readerWith(extent: Extent) {
  return personalReaderOf({
    principal: samplePrincipal(),
    authorization: { extentOf: (permission: string) => (permission === 'pii:read' ? extent : 'all') },
    tenant: 'acme',
    headers: {},
  } as unknown as FastifyRequest);
}

test('whoever may see all values sees them, and whoever may see none does not', () => {
  expect(readerWith('all').mayUnmask(entry, sealed, sealing)).toBe(true);
  expect(readerWith('none').mayUnmask(entry, sealed, sealing)).toBe(false);
});

test.each([
  ['actor:u1', true],
  ['actor:u2', false],
  ['actor.email:jane@company.com', true],
  ['actor.email:max@company.com', false],
  // Sealed, the value is not in the entry: only the blind index knows that it is hers.
  ['-actor.email:jane@company.com', false],
  ['-actor.email:max@company.com', true],
  // What cannot be answered unmasks nothing.
  ['-actor.name:max', false],
  ['-actor.email:*@other.com', false],
  ['action:a.b OR actor.email:*@company.com', false],
])('a grant for %s unmasks the event: %s', (text, unmasks) => {
  expect(readerWith({ filter: filterOf(text) }).mayUnmask(entry, sealed, sealing)).toBe(unmasks);
});

test('each policy decides for itself', () => {
  const { mayUnmask } = readerWith({ filter: filterOf('-actor.name:max') });
  expect(mayUnmask(event, undefined, sealingOf({ fields: [] }))).toBe(true);
  expect(mayUnmask(entry, sealed, sealing)).toBe(false);
  expect(mayUnmask(event, undefined, sealingOf({ fields: [] }))).toBe(true);
});

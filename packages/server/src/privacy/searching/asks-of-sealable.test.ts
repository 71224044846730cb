import { type Filter, parseFilter } from '@attestlog/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCondition, anyFilter } from '../../../../event/testing/filter-arbitraries.js';
import { anyPlan } from '../../../../event/testing/sealing-plans.js';
import { SAMPLE_BLIND_KEY } from '../../../testing/seal-sample.js';
import { asksOfSealable } from './asks-of-sealable.js';
import { resolveSealed } from './resolve-sealed.js';

it.each([
  ['actor:jane action:order.* -outcome:success time:>2025-10-01 severity:>=notice target:17 *', false],
  ['session:a request_id:b class:critical file.size:>5 target.type:order service:shop', false],
  ['actor:jane -(outcome:denied OR actor.email:a@b.c)', true],
  ['target.name:*', true],
  ['ip:10.0.0.0/8', true],
  ['host:web', true],
  ['password', true],
  ['message.text:a*', true],
  ['file.path:/etc/passwd', true],
  ['metadata.a:b', true],
  ['changes.before:*', true],
  ['any:jane', true],
])('%s: %s', (text, expected) => {
  expect(asksOfSealable(parseFilter(text).filter!)).toBe(expected);
});

it('what does not means the same under every policy, in searches and in grants', () => {
  let untouched = 0;
  fc.assert(
    fc.property(fc.oneof(anyCondition, anyFilter), anyPlan, (filter: Filter, plan) => {
      if (asksOfSealable(filter)) return;
      untouched += 1;
      for (const purpose of ['search', 'grant'] as const) {
        expect(resolveSealed(filter, { plan, blindKey: SAMPLE_BLIND_KEY }, purpose)).toEqual({ filter });
      }
    }),
    { numRuns: 3000 },
  );
  expect(untouched).toBeGreaterThan(200);
});

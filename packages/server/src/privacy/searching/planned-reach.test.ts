import { sealingPlan } from '@attestlog/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plannedReach } from './planned-reach.js';

const reach = (path: string, ...fields: string[]) => {
  const plan = sealingPlan({ fields: fields.map((field) => ({ path: field })) });
  const { at, into } = plannedReach(path.split('.'), plan);
  return { at: at.map((planned) => planned.path), into: into.map((planned) => planned.path) };
};

it.each<[path: string, field: string, where: 'at' | 'into' | 'both' | 'nowhere']>([
  ['actor.email', '/actor/email', 'at'],
  ['actor', '/actor/email', 'nowhere'],
  ['actor.id', '/actor/email', 'nowhere'],
  ['actor.on_behalf_of.email', '/actor/email', 'nowhere'],
  ['metadata.customer.iban', '/metadata/customer', 'into'],
  ['metadata.customer', '/metadata/customer/iban', 'nowhere'],
  ['metadata.customers', '/metadata/customer', 'nowhere'],
  // Paths of filters go through lists.
  ['targets.name', '/targets/*/name', 'at'],
  ['targets.type', '/targets/*/name', 'nowhere'],
  ['metadata.emails', '/metadata/emails/*', 'at'],
  ['metadata.emails', '/metadata/emails/0', 'at'],
  ['metadata.items.sku', '/metadata/items/0/sku', 'at'],
  ['metadata.items.sku.part', '/metadata/items/*/sku', 'into'],
  ['request.items.sku', '/request/*/items/17/sku', 'at'],
  // What names an item may be the key of an object as well.
  ['metadata.items.0.sku', '/metadata/items/0/sku', 'at'],
  ['metadata.items.*.sku', '/metadata/items/*/sku', 'at'],
  ['metadata.items.0', '/metadata/items/0', 'both'],
  ['metadata.items.00', '/metadata/items/00', 'at'],
  ['metadata.items', '/metadata/items/00', 'nowhere'],
])('%s leads to %s: %s', (path, field, where) => {
  expect(reach(path, field)).toEqual({
    at: where === 'at' || where === 'both' ? [field] : [],
    into: where === 'into' || where === 'both' ? [field] : [],
  });
});

it('all fields of a plan count', () => {
  expect(reach('metadata.a', '/metadata/a', '/metadata/a/*', '/metadata/b')).toEqual({
    at: ['/metadata/a', '/metadata/a/*'],
    into: [],
  });
});

it('a plan of many items and a path of many keys are compared in no time', () => {
  const segments = Array.from({ length: 120 }, () => '0');
  const plan = Array.from({ length: 64 }, () => sealingPlan({ fields: [{ path: `/metadata/${segments.join('/')}` }] }));
  const { at, into } = plannedReach(['metadata', ...Array.from({ length: 15 }, () => '0')], plan.flat());
  expect([at.length, into.length]).toEqual([64, 64]);
});

it('a path leads to a field wherever it leads to a value that the field seals', () => {
  const key = fc.constantFrom('a', 'b', '0', '1', '*');
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant('x'),
      { arbitrary: fc.array(tie('value'), { minLength: 1, maxLength: 2 }), weight: 3 },
      { arbitrary: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 3 }), weight: 4 },
    ),
  })).value;
  fc.assert(
    fc.property(json, fc.array(key, { minLength: 1, maxLength: 4 }), (metadata, segments) => {
      const plan = sealingPlan({ fields: [{ path: `/metadata/${segments.join('/')}` }] });
      for (const path of filterPathsTo({ metadata }, ['metadata', ...segments])) {
        expect(plannedReach(path, plan).at, path.join('.')).toHaveLength(1);
      }
    }),
    { numRuns: 2000 },
  );
});

/** The paths of filters that lead to what lies at segments of a policy: its keys without the items of lists. */
function filterPathsTo(value: unknown, segments: readonly string[]): string[][] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [[]];
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) {
    const member = Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined;
    return member === undefined ? [] : filterPathsTo(member, rest).map((path) => [segment, ...path]);
  }
  const items =
    segment === '*' ? value : /^\d+$/.test(segment) ? value.slice(Number(segment), Number(segment) + 1) : [];
  return items.flatMap((item) => filterPathsTo(item, rest));
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RoleDocument } from './role-document.js';
import { graphFault, MAX_ROLES_RESOLVED, resolveRoles } from './role-graph.js';

const TIME = '2025-10-06T12:54:12.000000000Z';

function role(inherits: string[] = [], permissions: string[] = []): RoleDocument {
  const grants = permissions.length === 0 ? [] : [{ permissions: permissions as never, tenants: 'own' as const }];
  return { inherits, grants, created_at: TIME, updated_at: TIME };
}

/** Resolves over documents that are all there. */
function resolve(names: string[], scope: string | undefined, documents: Record<string, RoleDocument>) {
  const known = new Map<string, RoleDocument | undefined>(Object.entries(documents));
  for (;;) {
    const result = resolveRoles(names, scope, known);
    if (result.missing === undefined) return result;
    for (const key of result.missing) known.set(key, undefined);
  }
}

const permissionsOf = (result: ReturnType<typeof resolve>) => result.grants.map(({ permission }) => permission).sort();

describe('a name', () => {
  const documents = {
    'role.acme.ops': role([], ['events:write']),
    'role._system.ops': role([], ['events:read']),
    'role._system.wide': role(['ops'], ['log:read']),
    'role.acme.admin': role([], ['events:export']),
  };

  test('means the built-in role, then the tenant’s, then the deployment’s', () => {
    expect(permissionsOf(resolve(['ops'], 'acme', documents))).toEqual(['events:write']);
    expect(permissionsOf(resolve(['ops'], 'other', documents))).toEqual(['events:read']);
    expect(permissionsOf(resolve(['ops'], undefined, documents))).toEqual(['events:read']);
    expect(permissionsOf(resolve(['admin'], 'acme', documents))).not.toEqual(['events:export']);
  });

  test('that a role of the deployment inherits is one of the deployment', () => {
    expect(permissionsOf(resolve(['wide'], 'acme', documents))).toEqual(['events:read', 'log:read']);
  });

  test.each(['', 'Ops', 'a.b', '../x', '_system', 'x'.repeat(64), 'ops\n', '*'])(
    '%j gives nothing and is in no key',
    (name) => {
      const result = resolve([name], 'acme', documents);
      expect([result.grants, [...result.keys], result.unknown]).toEqual([[], [], [name]]);
    },
  );
});

test('what is not read yet is asked for, all that can be seen at once', () => {
  const first = resolveRoles(['a', 'b', 'auditor'], 'acme', new Map());
  expect(first).toEqual({ missing: ['role.acme.a', 'role.acme.b'] });
  const second = resolveRoles(
    ['a', 'b'],
    'acme',
    new Map([
      ['role.acme.a', role(['c'])],
      ['role.acme.b', undefined],
    ]),
  );
  expect(second).toEqual({ missing: ['role._system.b', 'role.acme.c'] });
});

test('the answer names every document that it rests on, the absent ones too', () => {
  const result = resolve(['a'], 'acme', { 'role.acme.a': role(['b']), 'role._system.b': role() });
  expect([...result.keys].sort()).toEqual(['role._system.b', 'role.acme.a', 'role.acme.b']);
});

test('a circle ends, and each of its roles counts once', () => {
  const documents = { 'role.acme.a': role(['b'], ['log:read']), 'role.acme.b': role(['a'], ['events:write']) };
  expect(permissionsOf(resolve(['a', 'b'], 'acme', documents))).toEqual(['events:write', 'log:read']);
});

test('at the bound on roles, the others give nothing', () => {
  const names = Array.from({ length: MAX_ROLES_RESOLVED + 1 }, (_, i) => `r${i}`);
  const documents = Object.fromEntries(names.map((name) => [`role.acme.${name}`, role([], ['log:read'])]));
  expect(resolve(names.slice(0, -1), 'acme', documents).grants).toHaveLength(MAX_ROLES_RESOLVED);
  expect(resolve(names, 'acme', documents).grants).toHaveLength(MAX_ROLES_RESOLVED);
});

describe('how roles inherit', () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

  test('may be a tree or a lattice within the depth', () => {
    expect(graphFault(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['auditor'] }), 4)).toBeUndefined();
    expect(graphFault(graph({ a: ['b'], b: ['c'], c: [] }), 2)).toEqual({ chain: ['a', 'b', 'c'] });
  });

  test('may not be a circle', () => {
    expect(graphFault(graph({ a: ['a'] }), 8)).toEqual({ circle: ['a', 'a'] });
    expect(graphFault(graph({ a: ['b'], b: ['c'], c: ['b'] }), 8)).toEqual({ circle: ['b', 'c', 'b'] });
  });

  test('is at fault exactly where there is a path that is too long', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const edges = fc.dictionary(fc.constantFrom(...names), fc.subarray(names), { maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(edges, fc.integer({ min: 1, max: 7 }), (inherits, depth) => {
        // The naive way: all paths of one role more than are allowed.
        let paths = Object.keys(inherits).map((name) => [name]);
        for (let length = 1; length <= depth && paths.length > 0; length += 1) {
          paths = paths.flatMap((path) => (inherits[path.at(-1)!] ?? []).map((next) => [...path, next]));
        }
        expect(graphFault(graph(inherits), depth) !== undefined).toBe(paths.length > 0 || hasCircle(inherits));
      }),
    );
  });
});

/** Whether taking away roles that inherit nothing any more leaves some. */
function hasCircle(inherits: Record<string, string[]>): boolean {
  let left = Object.entries(inherits);
  for (;;) {
    const names = left.map(([name]) => name);
    const next = left.filter(([, below]) => below.some((name) => names.includes(name)));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}

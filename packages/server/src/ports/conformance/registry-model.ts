import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPortFailure } from '../failure.js';
import type { Registry } from '../registry.js';
import type { RegistryHarness } from './registry-harness.js';

const KEYS = ['a', 'a.b', 'b'] as const;
const key = fc.constantFrom(...KEYS);
/** The revision that is expected: the right one, none, or one of before. */
const expectation = fc.constantFrom('current' as const, 'none' as const, 'stale' as const);
const write = fc.record({ key, value: fc.jsonValue({ maxDepth: 2 }), expectation });

const command = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), write }),
  fc.record({ kind: fc.constant('delete' as const), write }),
  fc.record({ kind: fc.constant('putMany' as const), writes: fc.array(write, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

/** What the registry ought to hold: a map, and the last revision that each key ever had. */
class Model {
  readonly documents = new Map<string, { value: unknown; revision: number }>();
  readonly lastRevisions = new Map<string, number>();

  expectedRevision({ key, expectation }: Write): number {
    if (expectation === 'none') return 0;
    const current = this.documents.get(key)?.revision ?? 0;
    return expectation === 'current' ? current : Math.max((this.lastRevisions.get(key) ?? 0) - 1, 0);
  }

  matches(key: string, expectedRevision: number): boolean {
    return (this.documents.get(key)?.revision ?? 0) === expectedRevision;
  }

  put(key: string, value: unknown, revision: number): void {
    expect(revision).toBeGreaterThan(this.lastRevisions.get(key) ?? 0);
    this.lastRevisions.set(key, revision);
    this.documents.set(key, { value: JSON.parse(JSON.stringify(value)), revision });
  }
}

export function describeRegistryModel(open: () => Promise<RegistryHarness>): void {
  test('whatever is done, it holds what a map with revisions would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        const harness = await open();
        try {
          const model = new Model();
          for (const next of commands) {
            if (next.kind === 'reopen') harness.registry = await harness.reopen();
            else await run(harness.registry, model, next);
            const documents = await harness.registry.list('', { limit: 99 });
            const expected = [...model.documents].map(([key, document]) => ({ key, ...document }));
            expect(documents).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
          }
        } finally {
          await harness.dispose();
        }
      }),
      { numRuns: 30 },
    );
  });
}

async function run(registry: Registry, model: Model, command: Exclude<Command, { kind: 'reopen' }>): Promise<void> {
  if (command.kind === 'putMany') {
    const writes = command.writes.map((next) => ({ ...next, expectedRevision: model.expectedRevision(next) }));
    const results = await registry.putMany(writes);
    for (const [place, { key, value, expectedRevision }] of writes.entries()) {
      const result = results[place]!;
      expect(result.ok).toBe(model.matches(key, expectedRevision));
      if (result.ok) model.put(key, value, result.revision);
    }
    return;
  }
  const { key, value } = command.write;
  const expectedRevision = model.expectedRevision(command.write);
  // Removing what is not there is a conflict, whatever revision is named.
  const succeeds = model.matches(key, expectedRevision) && (command.kind === 'put' || expectedRevision > 0);
  try {
    if (command.kind === 'put') model.put(key, value, await registry.put(key, value, expectedRevision));
    else {
      await registry.delete(key, expectedRevision);
      model.documents.delete(key);
    }
    expect(succeeds).toBe(true);
  } catch (error) {
    if (!isPortFailure(error, 'conflict')) throw error;
    expect(succeeds).toBe(false);
  }
}

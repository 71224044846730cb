import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal } from '../journal.js';
import type { JournalHarness } from './journal-harness.js';

type Command =
  | { kind: 'append'; calls: number[][] }
  | { kind: 'trim'; back: number }
  | { kind: 'read'; back: number; maxBytes: number }
  | { kind: 'reopen' };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), calls: calls() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), back: fc.nat({ max: 8 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      back: fc.nat({ max: 30 }),
      maxBytes: fc.nat({ max: 5000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

/** Sizes of the chunks of calls that are made at once. */
function calls(): fc.Arbitrary<number[][]> {
  const size = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 40_000 }));
  return fc.array(fc.array(size, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
}

/** What the journal ought to hold: an array. */
class Model {
  chunks: { sequence: number; bytes: Uint8Array }[] = [];
  lastSequence = 0;
  trimmedThrough = 0;
  written = 0;

  nextBytes(size: number): Uint8Array {
    this.written += 1;
    return new Uint8Array(size).fill(this.written % 256);
  }

  read(after: number, maxBytes: number) {
    const following = this.chunks.filter(({ sequence }) => sequence > after);
    let bytes = 0;
    return following.filter((chunk, place) => {
      bytes += chunk.bytes.length;
      return place === 0 || bytes <= maxBytes;
    });
  }
}

export function describeJournalModel(open: () => Promise<JournalHarness>): void {
  test('whatever is done, it holds what an array would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        const harness = await open();
        try {
          const model = new Model();
          for (const next of commands) {
            if (next.kind === 'reopen') harness.journal = await harness.reopen();
            else await run(harness.journal, model, next);
            await expectSame(harness.journal, model);
          }
        } finally {
          await harness.dispose();
        }
      }),
      { numRuns: 30 },
    );
  });
}

async function run(journal: Journal, model: Model, command: Exclude<Command, { kind: 'reopen' }>): Promise<void> {
  if (command.kind === 'append') {
    const appended = command.calls.map((sizes) => sizes.map((size) => model.nextBytes(size)));
    const sequences = await Promise.all(appended.map((chunks) => journal.append(chunks)));
    const added = appended.flatMap((chunks, call) =>
      chunks.map((bytes, place) => ({ sequence: sequences[call]![place]!, bytes })),
    );
    for (const { sequence } of added) expect(sequence).toBeGreaterThan(model.lastSequence);
    model.chunks.push(...added.sort((a, b) => a.sequence - b.sequence));
    model.lastSequence = model.chunks.at(-1)?.sequence ?? model.lastSequence;
  } else if (command.kind === 'trim') {
    const through = Math.max(model.lastSequence - command.back, 0);
    await journal.trim(through);
    model.trimmedThrough = Math.max(model.trimmedThrough, through);
    model.chunks = model.chunks.filter(({ sequence }) => sequence > through);
  } else {
    const after = Math.max(model.lastSequence - command.back, 0);
    const chunks = await journal.read(after, command.maxBytes);
    expectChunks(chunks, model.read(after, command.maxBytes));
  }
}

async function expectSame(journal: Journal, model: Model): Promise<void> {
  expect(await journal.extent()).toEqual({
    lastSequence: model.lastSequence,
    trimmedThrough: model.trimmedThrough,
    heldBytes: model.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0),
  });
  expectChunks(await journal.read(0, Number.MAX_SAFE_INTEGER), model.chunks);
}

function expectChunks(actual: Model['chunks'], expected: Model['chunks']): void {
  expect(actual.map(({ sequence }) => sequence)).toEqual(expected.map(({ sequence }) => sequence));
  for (const [place, { bytes }] of actual.entries()) {
    expect(Buffer.compare(bytes, expected[place]!.bytes)).toBe(0);
  }
}

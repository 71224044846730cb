import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { sha256 } from '../../testing/sample-records.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withJournalFaults, withObjectsFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../adapters/memory/memory-journal.js';
import { openMemoryObjects } from '../adapters/memory/memory-objects.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { Problem } from '../errors.js';
import { decodeChunk } from '../records/record-codec.js';
import { blobKey } from './intake.js';

const event = (id: string, message = 'as it was') => ({ id, action: 'order.approve', message });

let pipeline: MemoryPipeline;

beforeEach(() => {
  pipeline = new MemoryPipeline();
});

async function accept(values: unknown[], atomic = false) {
  const { results } = await pipeline.intake.accept('acme', { kind: 'values', values }, { atomic });
  return results;
}

async function statusesOf(...values: unknown[]): Promise<string[]> {
  return (await accept(values)).map(({ status }) => status);
}

/** The ids in the journal, in its order. */
function journalled(world = pipeline.world): string[] {
  return world.journal.chunks.flatMap(({ bytes }) => decodeChunk(bytes).records.map(({ id }) => id));
}

function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.unreachable(),
    (error: Problem) => error,
  );
}

describe('each event', () => {
  test('is stored once; the same again is a duplicate and another one with its id a conflict', async () => {
    const [stored] = await accept([event('a')]);
    expect(stored).toMatchObject({ status: 'stored', id: 'a' });
    for (const seal of [false, true]) {
      if (seal) await pipeline.sealAll();
      pipeline.clock.advance(60_000);
      expect(await accept([event('a')])).toEqual([{ ...stored, status: 'duplicate' }]);
      expect(await accept([event('a', 'other')])).toEqual([{ ...stored, status: 'conflict' }]);
    }
    await pipeline.sealAll();
    expect(pipeline.logOf('acme')).toEqual(['a']);
  });

  test('that cannot be recorded is refused, with its id where it has one', async () => {
    const results = await accept([{ id: 'x', action: 'Nope' }, { id: 7 }, null, event('a')]);
    expect(results.map((result) => [result.status, result.id])).toEqual([
      ['refused', 'x'],
      ['refused', undefined],
      ['refused', undefined],
      ['stored', 'a'],
    ]);
    expect(results[0]).toMatchObject({ problems: [{ pointer: '/action' }] });
    expect(journalled()).toEqual(['a']);
  });

  test("with an id that is the server's own is refused from a client, and one of the server needs such an id", async () => {
    expect(await accept([event('attestlog:1'), event('attestlog'), event('a')])).toMatchObject([
      { status: 'refused', id: 'attestlog:1', problems: [{ code: 'server-field', pointer: '/id' }] },
      { status: 'stored' },
      { status: 'stored' },
    ]);
    const own = await pipeline.intake.acceptOwn('acme', [event('attestlog:1')]);
    expect(own.results).toMatchObject([{ status: 'stored', id: 'attestlog:1' }]);
    const refused = await problemOf(pipeline.intake.acceptOwn('acme', [event('attestlog:2'), event('b')]));
    expect(refused.code).toBe('batch-refused');
    expect(journalled()).toEqual(['attestlog', 'a', 'attestlog:1']);
  });

  test('that was no JSON is refused in its place', async () => {
    const lines = ['{"action":', JSON.stringify(event('a')), undefined];
    const { results } = await pipeline.intake.accept('acme', { kind: 'lines', lines }, { atomic: false });
    expect(results).toMatchObject([
      { status: 'refused', problems: [{ code: 'invalid-json' }] },
      { status: 'stored' },
      { status: 'refused', problems: [{ code: 'not-json' }] },
    ]);
  });

  test('without an id gets one, and is never a repeat', async () => {
    const anonymous = { action: 'order.approve' };
    expect(await accept([anonymous, anonymous])).toMatchObject([
      { status: 'stored', id: 'made-1' },
      { status: 'stored', id: 'made-2' },
    ]);
  });

  test('belongs to its tenant alone, which comes into being with it', async () => {
    expect(await pipeline.tenants.exists('other')).toBe(false);
    await accept([event('a')]);
    const { results } = await pipeline.intake.accept(
      'other',
      { kind: 'values', values: [event('a', 'another')] },
      { atomic: false },
    );
    expect(results[0]?.status).toBe('stored');
    expect(await pipeline.tenants.exists('other')).toBe(true);
  });
});

describe('inside one request', () => {
  test('the first of an id is stored, the same again a duplicate with its position, another one a conflict', async () => {
    const results = await accept([event('a'), event('b'), event('a'), event('a', 'other')]);
    expect(results.map(({ status }) => status)).toEqual(['stored', 'stored', 'duplicate', 'conflict']);
    const positions = results.map((result) => ('position' in result ? result.position : undefined));
    expect(positions[2]).toBe(positions[0]);
    expect(positions[3]).toBe(positions[0]);
    expect(journalled()).toEqual(['a', 'b']);
  });

  test('repeats of what is recorded already are told by what is recorded', async () => {
    const [stored] = await accept([event('a')]);
    expect(await accept([event('a'), event('a')])).toEqual([
      { ...stored, status: 'duplicate' },
      { ...stored, status: 'duplicate' },
    ]);
    expect(await statusesOf(event('a', 'x'), event('a', 'x'), event('a', 'y'))).toEqual(Array(3).fill('conflict'));
  });

  test('many events keep their places and get rising positions, over several chunks', async () => {
    const values = Array.from({ length: 2000 }, (_, i) => (i % 5 === 3 ? { bad: i } : event(`e${i}`)));
    const results = await accept(values);
    expect(results.map(({ status }) => status === 'refused')).toEqual(values.map((value) => 'bad' in value));
    const positions = results.flatMap((result) => (result.status === 'stored' ? [result.position] : []));
    expect(positions).toEqual(positions.toSorted((x, y) => x - y));
    expect(new Set(positions).size).toBe(1600);
    expect(pipeline.world.journal.chunks.length).toBeGreaterThan(1);
  });
});

describe('an atomic request', () => {
  test('is stored whole, its duplicates told', async () => {
    await accept([event('a')]);
    expect((await accept([event('a'), event('b')], true)).map(({ status }) => status)).toEqual(['duplicate', 'stored']);
  });

  test.each([
    ['an event that is refused', [event('b'), { action: 'Nope' }], [1]],
    ['a conflict with what is recorded', [event('b'), event('a', 'other'), event('c')], [1]],
    ['a conflict inside it', [event('b'), event('c'), event('b', 'other')], [2]],
  ])('with %s stores nothing', async (_what, values, places) => {
    await accept([event('a')]);
    const problem = await problemOf(accept(values, true));
    expect(problem).toMatchObject({ code: 'batch-refused' });
    expect((problem.members.results as { place: number }[]).map(({ place }) => place)).toEqual(places);
    expect(journalled()).toEqual(['a']);
    expect(await statusesOf(event('b'))).toEqual(['stored']);
  });
});

test('of many requests at once with one id exactly one stores it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => accept([event(`own-${i}`), event('shared', i % 2 === 0 ? 'even' : 'odd')])),
  );
  const shared = answers.map((results) => results[1]!.status).sort();
  expect(shared.filter((status) => status === 'stored')).toHaveLength(1);
  expect(shared.filter((status) => status === 'duplicate')).toHaveLength(9);
  expect(journalled().filter((id) => id === 'shared')).toHaveLength(1);
});

describe('a large payload', () => {
  const large = { id: 'big', action: 'order.approve', request: { text: 'x'.repeat(100_000) } };
  const bytes = Buffer.from(JSON.stringify(large.request));

  test('lies in the object store before the entry that names it is in the journal', async () => {
    const world = new MemoryWorld();
    const journal = openMemoryJournal(world.journal);
    const objectsBefore: number[] = [];
    pipeline = new MemoryPipeline({
      world,
      ports: {
        journal: {
          ...bound(journal),
          append: (chunks) => {
            objectsBefore.push(world.objects.objects.size);
            return journal.append(chunks);
          },
        },
      },
    });
    expect(await statusesOf(large)).toEqual(['stored']);
    expect(objectsBefore).toEqual([1]);
    const stored = await pipeline.ports.objects.get(blobKey('acme', sha256(bytes)));
    expect(Buffer.from(stored!).equals(bytes)).toBe(true);
    expect(await statusesOf(large)).toEqual(['duplicate']);
    expect(await statusesOf({ ...large, request: { text: 'y'.repeat(100_000) } })).toEqual(['conflict']);
  });

  test('that cannot be put leaves no entry behind', async () => {
    const world = new MemoryWorld();
    const faults = new Faults((operation) => (operation === 'objects.put' ? 'fail' : undefined));
    pipeline = new MemoryPipeline({
      world,
      ports: { objects: withObjectsFaults(openMemoryObjects(world.objects), faults) },
    });
    expect(await problemOf(accept([large]))).toMatchObject({ code: 'objects-unavailable' });
    expect(journalled()).toEqual([]);
  });
});

describe('when a part does not answer', () => {
  function withFault(port: 'journal' | 'store', operation: string, fault: Fault): void {
    const world = new MemoryWorld();
    let left = 1;
    const faults = new Faults((called) => (called === operation && left-- > 0 ? fault : undefined));
    pipeline = new MemoryPipeline({
      world,
      ports:
        port === 'journal'
          ? { journal: withJournalFaults(openMemoryJournal(world.journal), faults) }
          : { store: withStoreFaults(openMemoryStore(world.store), faults) },
    });
  }

  test.each<[Fault, string[]]>([
    ['fail', ['stored', 'stored']],
    ['fail-after', ['duplicate', 'duplicate']],
  ])('an append with %s is told, and the same request again gives each event once in the log', async (fault, again) => {
    withFault('journal', 'journal.append', fault);
    const problem = await problemOf(accept([event('a'), event('b')]));
    expect(problem).toMatchObject({ code: 'journal-unavailable', status: 503, retryAfterSeconds: 1 });
    expect(await statusesOf(event('a'), event('b'))).toEqual(again);
    await pipeline.sealAll();
    expect(pipeline.logOf('acme')).toEqual(['a', 'b']);
  });

  test('an append that failed and was applied is found as a duplicate once it is sealed', async () => {
    withFault('journal', 'journal.append', 'fail-after');
    await problemOf(accept([event('a')]));
    await pipeline.sealAll();
    expect(await statusesOf(event('a'))).toEqual(['duplicate']);
    expect(await statusesOf(event('a', 'other'))).toEqual(['conflict']);
  });

  test('a store that cannot be asked about a repeat stores nothing', async () => {
    withFault('store', 'store.findByKeys', 'fail');
    await accept([event('a')]);
    await pipeline.sealAll();
    expect(await problemOf(accept([event('a'), event('b')]))).toMatchObject({ code: 'store-unavailable' });
    expect(journalled()).toEqual([]);
    expect(await statusesOf(event('a'), event('b'))).toEqual(['duplicate', 'stored']);
  });

  test('a full journal says so and takes nothing, and goes on once there is room', async () => {
    const world = new MemoryWorld();
    pipeline = new MemoryPipeline({ world, ports: { journal: openMemoryJournal(world.journal, { maxBytes: 500 }) } });
    expect(await statusesOf(event('a'), event('b'))).toEqual(['stored', 'stored']);
    expect(await problemOf(accept([event('c'), event('d')]))).toMatchObject({ code: 'journal-full', status: 503 });
    expect(journalled()).toEqual(['a', 'b']);
    await pipeline.sealAll();
    expect(await statusesOf(event('c'), event('d'))).toEqual(['stored', 'stored']);
  });

  test('nothing stays reserved after a failure', async () => {
    withFault('journal', 'journal.append', 'fail');
    const both = await Promise.allSettled([accept([event('a')]), accept([event('a')])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('what is acknowledged is known to the readers', async () => {
  const { throughSequence } = await pipeline.intake.accept(
    'acme',
    { kind: 'values', values: [event('a')] },
    { atomic: false },
  );
  expect([throughSequence, pipeline.progress.acknowledgedThrough]).toEqual([1, 1]);
  const again = await pipeline.intake.accept(
    'acme',
    { kind: 'values', values: [event('a'), { bad: 1 }] },
    { atomic: false },
  );
  expect(again.throughSequence).toBe(0);
});

/** A journal's methods, bound to it, so that one of them can be replaced. */
function bound(journal: MemoryPipeline['ports']['journal']): MemoryPipeline['ports']['journal'] {
  return withJournalFaults(journal, new Faults(() => undefined));
}

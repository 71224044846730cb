import type { EventInput, LeaveOutReason } from '@attestlog/event';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { PERIODS_MAX_ITEMS, UnrecordedCounts } from './unrecorded-counts.js';

/** 12:00:00 on a full hour. */
const NOON_NS = 1_760_011_200_000_000_000n;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const READ = { reason: 'level', action: 'order.read' } as const;
const SAMPLED = { reason: 'sampling', action: 'order.update' } as const;

let world: MemoryWorld;
let clock: MemoryClock;
let log: RecordedEvents;
let fault: Fault | undefined;
/** The operation that goes wrong; undefined: each one. */
let failing: string | undefined;
let faults: Faults;
let ids: number;

/**
 * A log as ids make it: a repeat adds nothing, and neither does another content under the same id, which only a gap may
 * have that was told in full before.
 */
class RecordedEvents {
  readonly byId = new Map<string, { tenant: string; event: EventInput }>();
  failing = false;

  async record(tenant: string, event: EventInput): Promise<void> {
    if (this.failing) throw new Error('the journal is full');
    const known = this.byId.get(event.id!);
    if (known === undefined) this.byId.set(event.id!, { tenant, event });
    else if (event.metadata?.complete === false && known.event.metadata?.complete === true) {
      expect(tenant).toBe(known.tenant);
      expect(Number(event.metadata.total)).toBeLessThanOrEqual(Number(known.event.metadata.total));
    } else expect({ tenant, event }).toEqual(known);
  }

  total(tenant: string): number {
    return this.of(tenant).reduce((sum, { metadata }) => sum + Number(metadata?.total), 0);
  }

  of(tenant: string): EventInput[] {
    return [...this.byId.values()].filter((one) => one.tenant === tenant).map(({ event }) => event);
  }
}

/** A process starts: only what lies in the registry and the log is left of an earlier one. */
function start(): Promise<UnrecordedCounts> {
  return UnrecordedCounts.open({
    registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
    clock,
    node: 'node-1',
    newId: () => `id-${ids++}`,
    record: (tenant, event) => log.record(tenant, event),
  });
}

const documents = () => [...world.registry.documents.keys()];

beforeEach(() => {
  world = new MemoryWorld();
  clock = new MemoryClock(NOON_NS);
  log = new RecordedEvents();
  fault = undefined;
  failing = 'registry.putMany';
  faults = new Faults((operation) => (failing === undefined || failing === operation ? fault : undefined));
  ids = 0;
});

describe('an hour of events that are left out', () => {
  it('is told once it is over, to each tenant its own, and then forgotten', async () => {
    const counts = await start();
    counts.add('acme', [READ, READ, SAMPLED]);
    counts.add('other', [READ]);
    clock.advance(59 * MINUTE_MS);
    counts.add('acme', [READ]);
    await counts.report();
    expect(log.byId.size).toBe(0);
    clock.advance(2 * MINUTE_MS);
    await counts.report();
    expect(log.of('acme')).toHaveLength(1);
    expect(log.of('acme')[0]?.metadata).toEqual({
      from: '2025-10-09T12:00:00.000000000Z',
      to: '2025-10-09T13:00:00.000000000Z',
      total: 4,
      complete: true,
      by_reason: { level: 3, sampling: 1 },
      sampled_out: { order: 1 },
    });
    expect(log.total('other')).toBe(1);
    expect(documents()).toEqual([]);
    await counts.report();
    expect(log.byId.size).toBe(2);
    expect(counts.totals()).toEqual(
      new Map<LeaveOutReason, number>([
        ['level', 4],
        ['sampling', 1],
      ]),
    );
  });

  it('goes to its own event when nobody asked for a report in time', async () => {
    const counts = await start();
    counts.add('acme', [READ]);
    clock.advance(HOUR_MS);
    counts.add('acme', [READ, READ]);
    clock.advance(HOUR_MS);
    await counts.report();
    expect(log.of('acme').map(({ time, metadata }) => [time, metadata?.total])).toEqual([
      ['2025-10-09T13:00:00.000000000Z', 1],
      ['2025-10-09T14:00:00.000000000Z', 2],
    ]);
  });

  it('ends also when the clock was put back', async () => {
    const counts = await start();
    counts.add('acme', [READ]);
    clock.jump(-BigInt(48 * HOUR_MS) * 1_000_000n);
    counts.add('acme', [READ]);
    clock.advance(HOUR_MS);
    await counts.report();
    expect(log.of('acme').map(({ metadata }) => metadata?.total)).toEqual([2]);
  });

  it('that ends while a report is being saved waits for the next one, and is told whole', async () => {
    let counts: UnrecordedCounts | undefined;
    let writes = 0;
    faults = new Faults((operation) => {
      if (operation !== 'registry.putMany' || ++writes !== 1) return undefined;
      clock.advance(HOUR_MS);
      counts?.add('acme', [SAMPLED]);
      return undefined;
    });
    counts = await start();
    counts.add('acme', [READ]);
    await counts.report();
    expect(log.byId.size).toBe(0);
    await counts.report();
    expect(log.of('acme').map(({ metadata }) => [metadata?.total, metadata?.complete])).toEqual([[1, true]]);
    await counts.close();
    expect(log.total('acme')).toBe(2);
  });

  it('without any such event is not told of', async () => {
    const counts = await start();
    counts.add('acme', []);
    await counts.close();
    expect(log.byId.size).toBe(0);
  });
});

describe('a stop', () => {
  it('tells of the part of an hour', async () => {
    const counts = await start();
    counts.add('acme', [READ]);
    clock.advance(MINUTE_MS);
    await counts.close();
    expect(log.of('acme')[0]?.metadata).toMatchObject({ to: '2025-10-09T12:01:00.000000000Z', complete: true });
    expect(documents()).toEqual([]);
  });

  it('leaves to the next start what could not be recorded', async () => {
    const counts = await start();
    counts.add('acme', [READ]);
    log.failing = true;
    await expect(counts.close()).rejects.toThrow('the journal is full');
    log.failing = false;
    const next = await start();
    await next.report();
    expect(log.of('acme')[0]?.metadata).toMatchObject({ total: 1, complete: true });
    expect(documents()).toEqual([]);
  });

  it('by a kill loses what was not saved, and the event says that there may be more', async () => {
    const counts = await start();
    counts.add('acme', [READ, READ]);
    await counts.save();
    counts.add('acme', [READ]);
    const next = await start();
    next.add('acme', [SAMPLED]);
    await next.report();
    expect(log.of('acme').map(({ metadata }) => [metadata?.total, metadata?.complete])).toEqual([[2, false]]);
    await next.close();
    expect(log.total('acme')).toBe(3);
  });

  it('takes over more documents than fit in one answer', async () => {
    const counts = await start();
    for (let number = 0; number < 1_201; number++) counts.add(`tenant-${number}`, [READ]);
    await counts.save();
    const next = await start();
    await next.report();
    expect(log.byId.size).toBe(1_201);
    expect(documents()).toEqual([]);
  });
});

describe.each<Fault>(['fail', 'fail-after', 'partial', 'delay-apply'])('with writes that go wrong (%s)', (kind) => {
  it('saves at the next call what it could not save', async () => {
    const counts = await start();
    for (const tenant of ['a', 'b', 'c', 'd']) counts.add(tenant, [READ]);
    fault = kind;
    await expect(counts.save()).rejects.toThrow('injected');
    fault = undefined;
    for (const tenant of ['a', 'b', 'c', 'd']) counts.add(tenant, [READ]);
    await faults.settleDelayed();
    await counts.save();
    const next = await start();
    await next.report();
    for (const tenant of ['a', 'b', 'c', 'd']) expect(log.total(tenant)).toBe(2);
  });

  it('records at the next call an hour that it closed and could not save', async () => {
    const counts = await start();
    for (const tenant of ['a', 'b', 'c', 'd']) counts.add(tenant, [READ]);
    await counts.save();
    for (const tenant of ['a', 'b', 'c', 'd']) counts.add(tenant, [READ]);
    clock.advance(HOUR_MS);
    fault = kind;
    await expect(counts.report()).rejects.toThrow('injected');
    expect(log.byId.size).toBe(0);
    fault = undefined;
    await counts.report();
    for (const tenant of ['a', 'b', 'c', 'd']) expect(log.total(tenant)).toBe(2);
    await faults.settleDelayed();
    expect(documents()).toEqual([]);
  });

  it('records once although the removal of the document fails', async () => {
    const counts = await start();
    counts.add('acme', [READ]);
    await counts.save();
    clock.advance(HOUR_MS);
    let writes = 0;
    faults = new Faults((operation) => (operation === 'registry.delete' && writes++ === 0 ? kind : undefined));
    const next = await start();
    await expect(next.report()).rejects.toThrow('injected');
    await faults.settleDelayed();
    await next.report();
    await next.report();
    expect(log.total('acme')).toBe(1);
    expect(documents()).toEqual([]);
  });
});

it('refuses to count when too many counts wait, so that nothing is left out uncounted', async () => {
  const counts = await start();
  for (let number = 0; number < PERIODS_MAX_ITEMS; number++) counts.add(`tenant-${number}`, [READ]);
  expect(() => counts.add('one-more', [READ])).toThrow(expect.objectContaining({ code: 'registry-unavailable' }));
  counts.add('tenant-0', [READ]);
});

type Step =
  | { do: 'add'; tenant: string; times: number }
  | { do: 'pass'; minutes: number }
  | { do: 'save' | 'report' | 'close' | 'kill' | 'settle' }
  | { do: 'fault'; fault: Fault | undefined; on: string | undefined }
  | { do: 'log'; failing: boolean };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        tenant: fc.constantFrom('a', 'b'),
        times: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('save' as const, 'report' as const, 'settle' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'kill' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('fault' as const),
        fault: fc.constantFrom<Fault | undefined>(undefined, 'fail', 'fail-after', 'partial', 'delay-apply'),
        on: fc.constantFrom(undefined, 'registry.putMany', 'registry.putMany', 'registry.delete', 'registry.getMany'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('log' as const), failing: fc.boolean() }) },
  ),
  { maxLength: 40 },
);

const succeeds = (work: Promise<void>) =>
  work.then(
    () => true,
    () => false,
  );

it('a write that comes after its period was told of does not make it be told again', async () => {
  const counts = await start();
  counts.add('acme', [READ]);
  fault = 'delay-apply';
  await expect(counts.save()).rejects.toThrow();
  fault = undefined;
  await counts.close();
  await faults.settleDelayed();
  expect(documents()).toHaveLength(1);
  await (await start()).close();
  expect(log.of('acme').map(({ metadata }) => metadata?.complete)).toEqual([true]);
  expect(documents()).toEqual([]);
});

it('whatever fails and is killed, no count is told twice, and none that was saved is lost', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      world = new MemoryWorld();
      clock = new MemoryClock(NOON_NS);
      log = new RecordedEvents();
      fault = undefined;
      let counts = await start();
      const added: Record<string, number> = { a: 0, b: 0 };
      const saved: Record<string, number> = { a: 0, b: 0 };
      let pending: Record<string, number> = { a: 0, b: 0 };
      for (const step of steps) {
        if (step.do === 'add') {
          added[step.tenant]! += step.times;
          pending[step.tenant]! += step.times;
          counts.add(step.tenant, Array(step.times).fill(READ));
        } else if (step.do === 'pass') clock.advance(step.minutes * MINUTE_MS);
        else if (step.do === 'fault') {
          fault = step.fault;
          failing = step.on;
        } else if (step.do === 'log') log.failing = step.failing;
        else if (step.do === 'settle') await faults.settleDelayed();
        else if (step.do === 'kill') {
          pending = { a: 0, b: 0 };
          fault = undefined;
          counts = await start();
        } else if (await succeeds(counts[step.do]())) {
          for (const tenant of ['a', 'b']) saved[tenant]! += pending[tenant]!;
          pending = { a: 0, b: 0 };
        }
      }
      fault = undefined;
      log.failing = false;
      await faults.settleDelayed();
      await counts.close();
      // What a delayed removal left is found by the next start.
      await (await start()).close();
      for (const tenant of ['a', 'b']) {
        expect(log.total(tenant)).toBeLessThanOrEqual(added[tenant]!);
        expect(log.total(tenant)).toBeGreaterThanOrEqual(saved[tenant]!);
        if (!steps.some((step) => step.do === 'kill')) expect(log.total(tenant)).toBe(added[tenant]);
      }
      expect(documents()).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

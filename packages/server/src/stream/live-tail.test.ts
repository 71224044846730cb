import { compileFilter, type Filter, parseFilter } from '@attestlog/event';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, settle, WatchedLog } from '../../testing/watched-log.js';
import type { Problem } from '../errors.js';
import type { Following, FollowRequest, LiveTail } from './live-tail.js';

const filterOf = (text: string): Filter => {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
};
const request = (more: Partial<FollowRequest> = {}): FollowRequest => ({
  tenant: 'acme',
  asked: EVERYTHING,
  grant: EVERYTHING,
  follow: true,
  ...more,
});
const event = (id: string, actor = 'jane') => ({ tenant: 'acme', event: { id, action: 'a.b', actor: { id: actor } } });

/** Reads until nothing comes any more: the ids. */
async function readAll(following: Following): Promise<string[]> {
  const ids: string[] = [];
  for (let quiet = 0; quiet < 2; ) {
    await settle();
    const { entries } = await following.read(0);
    quiet = entries.length === 0 ? quiet + 1 : 0;
    ids.push(...entries.map(({ text }) => (JSON.parse(text) as { id: string }).id));
  }
  return ids;
}

let log: WatchedLog;
let live: LiveTail;

beforeEach(() => {
  log = new WatchedLog();
  live = log.start();
});

describe('following a log', () => {
  it('begins with what is sealed from then on, in the order of the log', async () => {
    log.seal([event('before')], live);
    const following = await live.follow(request());
    expect(following.start).toBe(1);
    log.seal([event('a'), event('b')], live);
    log.seal([event('c')], live);
    expect(await readAll(following)).toEqual(['a', 'b', 'c']);
    expect(log.storeReads).toBe(0);
  });

  it('begins at an index, with what the store has, and goes on with what is sealed', async () => {
    log.seal([event('a'), event('b')], live);
    const following = await live.follow(request({ start: { index: 1 } }));
    log.seal([event('c')], live);
    expect(await readAll(following)).toEqual(['b', 'c']);
    await expect(live.follow(request({ start: { index: 4 } }))).rejects.toMatchObject({ code: 'log-range-invalid' });
  });

  it('ends at the end of the log where it is not to go on', async () => {
    log.seal([event('a'), event('b', 'joe')], live);
    const following = await live.follow(request({ start: { index: 0 }, follow: false, asked: filterOf('actor:jane') }));
    log.seal([event('later')], live);
    await settle();
    const batch = await following.read(0);
    expect(batch).toMatchObject({ isLast: true, next: 2 });
    expect(batch.entries).toHaveLength(1);
    const empty = await live.follow(request({ tenant: 'nobody', start: { index: 0 }, follow: false }));
    expect(await empty.read(0)).toMatchObject({ entries: [], isLast: true });
  });

  it('gives out what is not committed yet, from memory, and never asks the store for it', async () => {
    const following = await live.follow(request());
    log.place([event('a'), event('b')], live);
    expect(await readAll(following)).toEqual(['a', 'b']);
    // Whoever got them can come back before they are committed.
    const again = await live.follow(request({ start: { index: 2 } }));
    const earlier = await live.follow(request({ start: { index: 1 } }));
    expect(await readAll(earlier)).toEqual(['b']);
    log.commit(live);
    log.seal([event('c')], live);
    expect([await readAll(following), await readAll(again)]).toEqual([['c'], ['c']]);
    expect(log.storeReads).toBe(0);
  });

  it('waits for the commit where memory has not kept what comes before it', async () => {
    live = log.start({ maxRecentBytes: 100, pageEntries: 2 });
    const following = await live.follow(request());
    const ids = Array.from({ length: 9 }, (_, n) => `e${n}`);
    log.place(
      ids.map((id) => event(id)),
      live,
    );
    expect([await readAll(following), log.storeCalls]).toEqual([[], 0]);
    log.commit(live);
    expect(await readAll(following)).toEqual(ids);
  });

  it('takes an index beyond what is committed after a crash, once that is waited for', async () => {
    log.seal([event('a')]);
    log.place([event('b')]);
    // A process that knows of nothing but what is committed.
    live = log.start();
    log.settle = async () => log.commit(live);
    const following = await live.follow(request({ start: { index: 2 } }));
    log.settle = undefined;
    log.seal([event('c')], live);
    expect([following.start, await readAll(following)]).toEqual([2, ['c']]);
    await expect(live.follow(request({ start: { index: 4 } }))).rejects.toMatchObject({ code: 'log-range-invalid' });
  });

  it('ends with all that was acknowledged before, where it is not to go on', async () => {
    log.place([event('a')]);
    log.settle = async () => log.commit(live);
    const following = await live.follow(request({ start: { index: 0 }, follow: false }));
    expect(await readAll(following)).toEqual(['a']);
    expect(await following.read(0)).toMatchObject({ isLast: true, next: 1 });
  });

  it('gives what fits the filter and the grant only, and says how far it has come', async () => {
    const following = await live.follow(request({ asked: filterOf('action:a.*'), grant: filterOf('actor:jane') }));
    log.seal([event('a'), event('b', 'joe'), event('c'), event('d', 'joe')], live);
    await settle();
    const batch = await following.read(0);
    expect(batch.entries.map(({ index }) => index)).toEqual([0, 2]);
    expect(batch.next).toBe(4);
  });

  it('goes by another grant from its change on', async () => {
    const following = await live.follow(request());
    log.seal([event('a')], live);
    expect(await readAll(following)).toEqual(['a']);
    await following.changeGrant(filterOf('actor:joe'));
    log.seal([event('b'), event('c', 'joe')], live);
    expect(await readAll(following)).toEqual(['c']);
  });

  it('hears of what another process has sealed', async () => {
    const following = await live.follow(request());
    log.seal([event('a')]);
    live.catchUp();
    expect(await readAll(following)).toEqual(['a']);
    // Here the batch that is published begins beyond what was published before.
    log.seal([event('b')]);
    log.seal([event('c')], live);
    expect(await readAll(following)).toEqual(['b', 'c']);
  });

  it('goes on when the store fails for a while', async () => {
    log.seal([event('a'), event('b')], live);
    log.failingReads = 3;
    const following = await live.follow(request({ start: { index: 0 } }));
    expect(await readAll(following)).toEqual(['a', 'b']);
    expect(log.troubles).toHaveLength(3);
  });

  it('looks anew how sealed fields are searched, before it gives out what came under new keys', async () => {
    const plan = [{ pointer: '/actor/email' }] as never;
    log.sealing = { plan, blindKey: undefined };
    const asked = { op: 'is', field: 'actor.id', values: ['jane'] } as const;
    const following = await live.follow(request({ asked }));
    log.sealing = { plan, blindKey: new Uint8Array(32) };
    log.seal([event('a')], live);
    expect(await readAll(following)).toEqual(['a']);
  });
});

describe('who does not read on', () => {
  const limits = { maxWaitingEvents: 3, maxRecentBytes: 500, pageEntries: 4 };

  it('is left behind at a bound, and misses nothing', async () => {
    live = log.start(limits);
    const following = await live.follow(request());
    const quick = await live.follow(request());
    const ids = Array.from({ length: 100 }, (_, n) => `e${n}`);
    const seen: string[] = [];
    for (const id of ids) {
      log.seal([event(id)], live);
      await settle(2);
      seen.push(...(await quick.read(0)).entries.map(({ text }) => (JSON.parse(text) as { id: string }).id));
    }
    expect(seen).toEqual(ids);
    // What waits for the slow one, and what is remembered, stays small however much it misses.
    expect(live.counts.waitingBytes).toBeLessThan(4 * 60);
    expect(live.counts.recentBytes).toBeLessThanOrEqual(500);
    expect(await readAll(following)).toEqual(ids);
    expect(log.storeReads).toBeGreaterThan(50);
  });

  it('takes no more than their share of what may wait for all', async () => {
    live = log.start({ maxAllWaitingBytes: 200 });
    const all = await Promise.all(Array.from({ length: 10 }, () => live.follow(request())));
    log.seal(
      Array.from({ length: 50 }, (_, n) => event(`e${n}`)),
      live,
    );
    await settle();
    expect(live.counts.waitingBytes).toBeLessThan(200 + 11 * 60);
    for (const following of all) expect(await readAll(following)).toHaveLength(50);
    for (const following of all) following.close();
    expect(live.counts).toEqual({ streams: 0, waitingBytes: 0, recentBytes: 0 });
  });
});

describe('places', () => {
  it('are bounded for a tenant and for all, and given back', async () => {
    live = log.start({ maxStreams: 3, maxStreamsPerTenant: 2 });
    const first = await live.follow(request());
    await live.follow(request());
    const refusal = { code: 'too-many-streams', status: 429 };
    await expect(live.follow(request())).rejects.toMatchObject(refusal);
    await live.follow(request({ tenant: 'other' }));
    await expect(live.follow(request({ tenant: 'third' }))).rejects.toMatchObject(refusal);
    first.close();
    first.close();
    await live.follow(request());
    await expect(live.follow(request())).rejects.toMatchObject(refusal);
  });

  it('are given back when a stream cannot begin', async () => {
    live = log.start({ maxStreams: 1 });
    await expect(live.follow(request({ start: { index: 7 } }))).rejects.toMatchObject({ code: 'log-range-invalid' });
    await live.follow(request());
  });

  it('cost nothing where nobody follows', async () => {
    log.seal([event('a')], live);
    expect(live.isWatched).toBe(false);
    const following = await live.follow(request());
    expect(live.isWatched).toBe(true);
    log.seal([event('b')], live);
    expect(live.counts.recentBytes).toBeGreaterThan(0);
    following.close();
    expect(live.counts.recentBytes).toBe(0);
    expect(live.isWatched).toBe(false);
  });
});

it('an end takes what waits from its reader', async () => {
  const following = await live.follow(request());
  log.seal([event('a')], live);
  await settle();
  const problem = { code: 'permission-denied' } as Problem;
  following.end(problem);
  await expect(following.read(0)).rejects.toBe(problem);
  expect(live.counts.waitingBytes).toBe(0);
});

/** A client: what it asked for, what it got, and where it would go on. */
interface Client {
  tenant: string;
  filter: Filter;
  start: number;
  got: number[];
  next: number;
  following: Following;
}

type Step =
  | { op: 'seal'; events: { tenant: string; actor: string }[]; published: boolean }
  | { op: 'follow'; tenant: string; filter: Filter; back: number | undefined }
  | { op: 'read'; client: number }
  | { op: 'resume'; client: number; byLastEvent: boolean }
  | { op: 'restart' }
  | { op: 'fail'; reads: number }
  | { op: 'settle'; turns: number };

const tenant = fc.constantFrom('acme', 'other');
const filters = ['actor:jane', 'actor:joe', 'actor:(jane OR joe)', '-actor:jane', 'id:*7', ''].map(filterOf);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      op: fc.constant('seal' as const),
      events: fc.array(fc.record({ tenant, actor: fc.constantFrom('jane', 'joe', 'ann') }), { maxLength: 12 }),
      published: fc.constantFrom(true, true, true, false),
    }),
    weight: 6,
  },
  {
    arbitrary: fc.record({
      op: fc.constant('follow' as const),
      tenant,
      filter: fc.constantFrom(...filters),
      back: fc.option(fc.nat(20), { nil: undefined }),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ op: fc.constant('read' as const), client: fc.nat(20) }), weight: 8 },
  {
    arbitrary: fc.record({ op: fc.constant('resume' as const), client: fc.nat(20), byLastEvent: fc.boolean() }),
    weight: 3,
  },
  { arbitrary: fc.record({ op: fc.constant('restart' as const) }), weight: 1 },
  { arbitrary: fc.record({ op: fc.constant('fail' as const), reads: fc.nat(3) }), weight: 1 },
  { arbitrary: fc.record({ op: fc.constant('settle' as const), turns: fc.nat(4) }), weight: 4 },
);

class Simulation {
  readonly log = new WatchedLog();
  readonly #limits: Parameters<WatchedLog['start']>[0];
  #live: LiveTail;
  readonly clients: Client[] = [];
  #made = 0;

  constructor(limits: Parameters<WatchedLog['start']>[0]) {
    this.#limits = limits;
    this.#live = this.log.start(limits);
  }

  async run(step: Step): Promise<void> {
    switch (step.op) {
      case 'seal': {
        const events = step.events.map(({ tenant, actor }) => ({ ...event(`e${this.#made++}`, actor), tenant }));
        return this.log.seal(events, ...(step.published ? [this.#live] : []));
      }
      case 'follow':
        return this.#follow(step);
      case 'read':
        return this.#read(this.#pick(step.client));
      case 'resume':
        return this.#resume(this.#pick(step.client), step.byLastEvent);
      case 'restart':
        this.#live = this.log.start(this.#limits);
        for (const client of this.clients) await this.#resume(client, false);
        return;
      case 'fail':
        this.log.failingReads = step.reads;
        return;
      case 'settle':
        return settle(step.turns);
    }
  }

  /** Everybody reads to the end. */
  async finish(): Promise<void> {
    this.#live.catchUp();
    for (let round = 0; round < 1000; round++) {
      await settle(3);
      for (const client of this.clients) await this.#read(client);
      if (this.clients.every(({ tenant, next }) => next === this.log.of(tenant).length)) return;
    }
    throw new Error('somebody is stuck');
  }

  expected({ tenant, filter, start }: Client): number[] {
    const fits = compileFilter(filter);
    const entries = this.log.of(tenant).slice(start);
    return entries.filter(({ entry }) => fits(JSON.parse(Buffer.from(entry).toString()))).map(({ index }) => index);
  }

  #pick(number: number): Client | undefined {
    return this.clients[number % Math.max(this.clients.length, 1)];
  }

  async #follow({ tenant, filter, back }: Step & { op: 'follow' }): Promise<void> {
    const start = back === undefined ? {} : { start: { index: Math.max(0, this.log.of(tenant).length - back) } };
    const following = await this.#live.follow(request({ tenant, asked: filter, ...start }));
    this.clients.push({ tenant, filter, start: following.start, got: [], next: following.start, following });
  }

  async #read(client: Client | undefined): Promise<void> {
    if (client === undefined) return;
    const { entries, next } = await client.following.read(0);
    client.got.push(...entries.map(({ index }) => index));
    client.next = next;
  }

  /** The connection breaks: what was not read is gone, and another one goes on where the client knows that it was. */
  async #resume(client: Client | undefined, byLastEvent: boolean): Promise<void> {
    if (client === undefined) return;
    client.following.close();
    const { tenant, filter, got, start } = client;
    const index = byLastEvent ? (got.at(-1) ?? start - 1) + 1 : client.next;
    client.following = await this.#live.follow(request({ tenant, asked: filter, start: { index } }));
    client.next = index;
  }
}

describe('any interleaving', () => {
  it('gives everybody each entry that fits once, in the order of the log', async () => {
    const limits = fc.record({
      maxWaitingEvents: fc.integer({ min: 1, max: 5 }),
      maxAllWaitingBytes: fc.constantFrom(1, 300, 100_000),
      maxRecentBytes: fc.constantFrom(0, 400, 100_000),
      pageEntries: fc.integer({ min: 1, max: 7 }),
      maxStoreReads: fc.constantFrom(1, 2),
      maxTurnMs: fc.constantFrom(0, 1000),
    });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { maxLength: 40 }), async (limits, steps) => {
        const simulation = new Simulation(limits);
        for (const step of steps) await simulation.run(step);
        await simulation.finish();
        for (const client of simulation.clients) expect(client.got).toEqual(simulation.expected(client));
      }),
      { numRuns: 150 },
    );
  });
});

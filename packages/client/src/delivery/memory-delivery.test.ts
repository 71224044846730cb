import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliverySetting, readyEvent } from '../../testing/delivery-setting.js';
import { seededRandom } from '../../testing/seeded-random.js';
import { problem } from '../../testing/simulated-server.js';
import { MemoryDelivery } from './memory-delivery.js';

const PARTS = { gzip: undefined };

function start(...args: Parameters<typeof deliverySetting>) {
  const setting = deliverySetting(...args);
  return { ...setting, delivery: new MemoryDelivery(setting.options, setting.world, PARTS) };
}

describe('a flush', () => {
  test('comes after the interval, with all that gathered', async () => {
    const { time, server, delivery } = start({ flushIntervalMs: 30_000, flushEvents: 500 });
    for (let i = 0; i < 50; i++) {
      expect(delivery.accept(readyEvent(`e${i}`))).toEqual({ id: `e${i}`, state: 'buffered' });
      await time.pass(200);
    }
    await time.pass(19_900);
    expect(server.batches).toEqual([]);
    await time.pass(200);
    expect(server.batches).toEqual([50]);
    expect(delivery.stats()).toMatchObject({ acknowledged_events: 50, buffered_events: 0, connection: 'up' });
  });

  test('comes at once with so many events, and with so many bytes', async () => {
    const { time, server, delivery } = start({ flushEvents: 3, batchMaxBytes: 1000 });
    for (let i = 0; i < 3; i++) delivery.accept(readyEvent(`e${i}`));
    await time.pass(100);
    delivery.accept(readyEvent('large', { message: 'x'.repeat(1000) }));
    await time.pass(100);
    expect(server.batches).toEqual([3, 1]);
  });

  test('resolves when all from before is settled, and waits for nothing that came after', async () => {
    const { time, server, delivery } = start();
    delivery.accept(readyEvent('before'));
    const flushed = delivery.flush();
    delivery.accept(readyEvent('after'));
    await time.until(flushed, 500);
    expect(server.ids()).toEqual(['before']);
  });

  test('rejects with its signal, and loses nothing by it', async () => {
    const { time, server, delivery } = start();
    server.isDown = true;
    delivery.accept(readyEvent('a'));
    const controller = new AbortController();
    const flushed = delivery.flush({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(flushed).rejects.toThrow('enough');
    server.isDown = false;
    await time.until(delivery.flush());
    expect(server.ids()).toEqual(['a']);
  });
});

test('what does not fit is dropped, counted, and told by an event when the server is back', async () => {
  const { time, server, delivery, notices } = start({ bufferMaxEvents: 10, flushEvents: 5 });
  server.isDown = true;
  for (let i = 0; i < 10; i++) delivery.accept(readyEvent(`e${i}`));
  const firstMs = time.nowMs();
  expect(delivery.accept(readyEvent('lost'))).toMatchObject({ state: 'dropped' });
  await time.pass(60_000);
  expect(delivery.accept(readyEvent('lost too', {}, 'globex'))).toMatchObject({ state: 'dropped' });
  expect(delivery.accept(readyEvent('and this'))).toMatchObject({ state: 'dropped' });
  const lastMs = time.nowMs();
  server.isDown = false;
  await time.pass(60_000);
  expect(delivery.stats()).toMatchObject({ dropped_events: { buffer_full: 3 }, acknowledged_events: 12 });
  const gap = server.logs.get('acme')?.at(-1);
  expect(gap).toMatchObject({
    action: 'audit.gap',
    metadata: {
      lost_events: 2,
      reasons: { buffer_full: 2 },
      first_lost: new Date(firstMs).toISOString(),
      last_lost: new Date(lastMs).toISOString(),
    },
  });
  expect(server.logs.get('globex')).toMatchObject([{ action: 'audit.gap', metadata: { lost_events: 1 } }]);
  expect(notices.filter(({ type }) => type === 'gap')).toHaveLength(2);
});

test('bytes are bounded, too', () => {
  const { delivery } = start({ bufferMaxBytes: 3 * readyEvent('a').json.length });
  const states = ['a', 'b', 'c', 'd', 'e'].map((id) => delivery.accept(readyEvent(id)));
  expect(states.map((outcome) => (outcome as { state: string }).state)).toEqual([
    ...['buffered', 'buffered', 'buffered'],
    ...['dropped', 'dropped'],
  ]);
});

describe('server', () => {
  test('resolves on the acknowledgement, and gathers calls of a moment into one batch', async () => {
    const { time, server, delivery } = start({ durability: 'server' });
    const outcomes = Promise.all(['a', 'b', 'c'].map((id) => delivery.accept(readyEvent(id))));
    expect(await time.until(outcomes)).toEqual(['a', 'b', 'c'].map((id) => ({ id, state: 'acknowledged' })));
    expect(server.batches).toEqual([3]);
  });

  test('says what the server refused and what its policy leaves out', async () => {
    const { time, server, delivery } = start({ durability: 'server' }, { poison: 'no' });
    expect(await time.until(Promise.resolve(delivery.accept(readyEvent('bad', { action: 'no' }))))).toEqual({
      ...{ id: 'bad', state: 'refused', reason: 'invalid-action at /action' },
    });
    server.answer = () => Response.json({ results: [{ id: 'x', status: 'left_out', reason: 'level' }] });
    expect(await time.until(Promise.resolve(delivery.accept(readyEvent('x'))))).toEqual({
      ...{ id: 'x', state: 'not-recorded', reason: 'level' },
    });
    expect(delivery.stats()).toMatchObject({ refused_events: 1, left_out_events: 1 });
  });

  test('resolves with the truth when the server is away, and sends it later', async () => {
    const { time, server, delivery } = start({ durability: 'server', requestTimeoutMs: 3000 });
    server.isDown = true;
    const outcome = delivery.accept(readyEvent('a')) as Promise<unknown>;
    await time.pass(3000);
    expect(await outcome).toMatchObject({ state: 'buffered', reason: expect.stringContaining('3000 ms') });
    server.isDown = false;
    await time.until(delivery.flush());
    expect(server.ids()).toEqual(['a']);
  });
});

describe('close', () => {
  test('ends the calls that wait for a server that is away', async () => {
    const { time, server, delivery } = start({ durability: 'server', closeTimeoutMs: 500 });
    server.isDown = true;
    const outcome = delivery.accept(readyEvent('a'));
    await time.until(delivery.close());
    expect(await outcome).toMatchObject({ id: 'a', state: 'dropped', reason: expect.stringContaining('closed') });
  });

  test('delivers what is there and the gaps, and takes nothing more', async () => {
    const { time, server, delivery } = start({ bufferMaxEvents: 1 });
    delivery.accept(readyEvent('a'));
    delivery.accept(readyEvent('lost'));
    await time.until(delivery.close());
    expect(server.ids()).toEqual(['a', 'stamped-1']);
    expect(delivery.accept(readyEvent('late'))).toMatchObject({ state: 'dropped' });
    await time.until(delivery.close());
  });

  test('gives up after its time, and counts what it leaves', async () => {
    const { time, server, delivery } = start({ closeTimeoutMs: 2000 });
    server.isDown = true;
    delivery.accept(readyEvent('a'));
    await time.until(delivery.close(), 2100);
    expect(delivery.stats().dropped_events.closed).toBe(1);
    const requests = server.times.length;
    await time.pass(60_000);
    expect(server.times).toHaveLength(requests);
  });
});

test('a page that is left sends what waits by requests that outlive it', async () => {
  const { time, server, delivery } = start();
  delivery.accept(readyEvent('first'));
  await time.until(delivery.flush());
  delivery.accept(readyEvent('a'));
  delivery.accept(readyEvent('b', {}, 'globex'));
  delivery.flushOnPageHide();
  await time.pass(100);
  expect([server.ids(), server.ids('globex')]).toEqual([['first', 'a'], ['b']]);
  await time.until(delivery.flush());
  expect([server.ids(), server.ids('globex')]).toEqual([['first', 'a'], ['b']]);
});

test('a listener that throws disturbs nothing', async () => {
  const setting = deliverySetting();
  const notify = () => {
    throw new Error('a listener');
  };
  const delivery = new MemoryDelivery(setting.options, { ...setting.world, notify }, PARTS);
  delivery.accept(readyEvent('a'));
  await setting.time.until(delivery.flush());
  expect(setting.server.ids()).toEqual(['a']);
});

test('the process lives while somebody waits, and no longer', async () => {
  const setting = deliverySetting({ closeTimeoutMs: 500 });
  let waiting = 0;
  const hold = { enter: () => ++waiting, leave: () => --waiting };
  const delivery = new MemoryDelivery(setting.options, setting.world, { ...PARTS, hold });
  delivery.accept(readyEvent('a'));
  expect(waiting).toBe(0);
  const flushed = delivery.flush();
  expect(waiting).toBe(1);
  await setting.time.until(flushed);
  expect(waiting).toBe(0);
  setting.server.isDown = true;
  delivery.accept(readyEvent('b'));
  const closed = delivery.close();
  expect(waiting).toBeGreaterThan(0);
  await setting.time.until(closed);
  await setting.time.pass(0);
  expect(waiting).toBe(0);
  expect(delivery.stats().buffered_events).toBe(0);
});

const share = fc.double({ min: 0, max: 0.3, noNaN: true });

test('whatever goes wrong, the log has exactly what was logged, each once', async () => {
  const troubles = fc.record({
    ...{ refused: share, lostAnswer: share, tooMany: share, unavailable: share, broken: share },
    ...{ unauthorized: share, strange: share },
  });
  const step = fc.record({
    waitMs: fc.nat(400),
    events: fc.nat(30),
    tenant: fc.constantFrom('acme', 'globex'),
    flush: fc.boolean(),
  });
  const property = fc.asyncProperty(
    fc.nat(),
    troubles,
    fc.array(step, { minLength: 1, maxLength: 12 }),
    fc.constantFrom('memory' as const, 'server' as const),
    fc.integer({ min: 1, max: 50 }),
    async (seed, mishaps, steps, durability, batchMaxEvents) => {
      const { time, server, delivery } = start(
        { durability, flushEvents: 40, requestTimeoutMs: 5000 },
        { random: seededRandom(seed), troubles: mishaps, batchMaxEvents, poison: 'no' },
      );
      const logged = { acme: [] as string[], globex: [] as string[] };
      let made = 0;
      let poisoned = 0;
      for (const { waitMs, events, tenant, flush } of steps) {
        for (let i = 0; i < events; i++) {
          made += 1;
          const isPoison = made % 17 === 0;
          if (isPoison) poisoned += 1;
          else logged[tenant].push(`e${made}`);
          void delivery.accept(readyEvent(`e${made}`, isPoison ? { action: 'no' } : {}, tenant));
        }
        await time.pass(waitMs);
        if (flush) delivery.flush().catch(() => undefined);
      }
      await time.until(delivery.flush(), 3 * 3_600_000);
      for (const tenant of ['acme', 'globex'] as const)
        expect(server.ids(tenant).sort()).toEqual(logged[tenant].sort());
      expect(delivery.stats()).toMatchObject({
        acknowledged_events: made - poisoned,
        refused_events: poisoned,
        buffered_events: 0,
        buffered_bytes: 0,
      });
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

test('a server that is away is not asked in a tight loop, and one request finds out whether it is back', async () => {
  const { time, server, delivery, notices } = start({ flushEvents: 10 });
  server.isDown = true;
  for (let i = 0; i < 100; i++) delivery.accept(readyEvent(`e${i}`, {}, `t${i % 10}`));
  await time.pass(3_600_000);
  // At most one in the longest wait of 10 s on average, with jitter from the shortest.
  expect(server.times.length).toBeLessThan(3600 / 4);
  const gaps = server.times.slice(8).map((at, i, all) => at - (all[i - 1] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  server.isDown = false;
  await time.until(delivery.flush());
  expect(delivery.stats()).toMatchObject({ acknowledged_events: 100, connection: 'up' });
  expect(notices.filter(({ type }) => type === 'connection')).toEqual([
    { type: 'connection', state: 'down', code: 'ECONNREFUSED' },
    { type: 'connection', state: 'up' },
  ]);
});

test('Retry-After is kept to', async () => {
  const { time, server, delivery } = start();
  server.answer = () => problem(503, 'journal-full', { 'retry-after': '60' });
  delivery.accept(readyEvent('a'));
  const flushed = delivery.flush();
  await time.pass(1000);
  server.answer = undefined;
  await time.pass(58_000);
  expect(server.times).toHaveLength(1);
  await time.until(flushed, 2000);
  expect(server.ids()).toEqual(['a']);
});

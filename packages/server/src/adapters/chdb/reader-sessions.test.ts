import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReaderSessions } from './reader-sessions.js';

/** The sessions that were given out, by the order of the acquiring. */
function sample(count: number, maxPerTenant: number) {
  const sessions = new ReaderSessions(
    Array.from({ length: count }, (_, number) => number),
    maxPerTenant,
  );
  const held: { tenant: string; session: number }[] = [];
  const acquire = async (tenant: string, signal?: AbortSignal) => {
    const session = await sessions.acquire(tenant, signal);
    held.push({ tenant, session });
  };
  const release = async (place: number) => {
    const [one] = held.splice(place, 1);
    if (one !== undefined) sessions.release(one.tenant, one.session);
    await settle();
  };
  return { held, acquire, release };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

const tenants = (held: readonly { tenant: string }[]) => held.map(({ tenant }) => tenant).join('');

test('a session that is free goes to whoever waits and has the fewest', async () => {
  const { held, acquire, release } = sample(3, 2);
  for (const tenant of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) void acquire(tenant);
  await settle();
  expect(tenants(held)).toBe('aab');
  await release(0);
  expect(tenants(held)).toBe('abc');
  await release(2);
  expect(tenants(held)).toBe('aba');
});

test('whoever gives up waiting gets none, and nobody is passed over for it', async () => {
  const { held, acquire, release } = sample(1, 1);
  const gone = new AbortController();
  void acquire('a');
  await settle();
  const given = acquire('b', gone.signal);
  void acquire('c');
  gone.abort();
  await expect(given).rejects.toMatchObject({ kind: 'cancelled' });
  await release(0);
  expect(tenants(held)).toBe('c');
  await expect(acquire('d', AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
});

test('no session is held twice, no tenant has more than it may, and nobody waits while there is one for them', async () => {
  const step = fc.oneof(fc.record({ acquire: fc.constantFrom('a', 'b', 'c') }), fc.record({ release: fc.nat(9) }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
      const { held, acquire, release } = sample(4, 3);
      const asked = { a: 0, b: 0, c: 0 };
      for (const each of steps) {
        if ('acquire' in each) {
          asked[each.acquire as 'a'] += 1;
          void acquire(each.acquire);
          await settle();
        } else if (held.length > 0) {
          const place = each.release % held.length;
          asked[held[place]!.tenant as 'a'] -= 1;
          await release(place);
        }
        expect(new Set(held.map(({ session }) => session)).size).toBe(held.length);
        const running = (tenant: string) => held.filter((one) => one.tenant === tenant).length;
        for (const tenant of ['a', 'b', 'c'] as const) {
          expect(running(tenant)).toBeLessThanOrEqual(3);
          const waits = asked[tenant] > running(tenant);
          if (waits) expect(held.length === 4 || running(tenant) === 3).toBe(true);
        }
      }
    }),
  );
});

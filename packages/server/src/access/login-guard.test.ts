import { beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { ACCOUNT_SLOWING, ADDRESS_SLOWING, LoginGuard, PAIR_SLOWING } from './login-guard.js';
import { Pepper } from './pepper.js';

const JANE = { name: 'acme jane', user: 'j1' };
const HOME = '203.0.113.9';

let world: MemoryWorld;
let clock: MemoryClock;
let guard: LoginGuard;

const start = (registry = openMemoryRegistry(world.registry)) =>
  new LoginGuard({ registry, pepper: new Pepper(Buffer.alloc(32, 1)), clock });

beforeEach(() => {
  world = new MemoryWorld();
  clock = new MemoryClock();
  guard = start();
});

const fail = async (address = HOME, account: { name: string; user: string | undefined } = JANE) => {
  try {
    (await guard.admitLogin(account, address)).failed();
    return 'failed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const succeed = async (address = HOME) => {
  (await guard.admitLogin(JANE, address)).succeeded();
  await guard.settled();
};
const addressOf = (n: number) => `198.51.${n >> 8}.${n & 255}`;
/** Fails so often from ever other addresses, waiting as long as it must. Resolves with the milliseconds that it took. */
const attack = async (times: number) => {
  const began = clock.monotonicMs();
  for (let n = 0, failed = 0; failed < times; n++) {
    if ((await fail(addressOf(n % 60_000))) === 'failed') failed += 1;
    else clock.advance(250);
    if (n % 50 === 0) await guard.settled();
  }
  await guard.settled();
  return clock.monotonicMs() - began;
};

describe('one account from one address', () => {
  test('waits longer after each failure, and is told how long', async () => {
    for (let i = 0; i <= PAIR_SLOWING.freeFailures; i++) expect(await fail()).toBe('failed');
    await expect(guard.admitLogin(JANE, HOME)).rejects.toMatchObject({
      code: 'too-many-attempts',
      retryAfterSeconds: 1,
    });
    clock.advance(1000);
    expect(await fail()).toBe('failed');
    await expect(guard.admitLogin(JANE, HOME)).rejects.toMatchObject({ retryAfterSeconds: 2 });
    clock.advance(2000);
    await succeed();
    expect(await fail()).toBe('failed');
  });

  test('never gets many free attempts by making them at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => fail()));
    expect(answers.filter((answer) => answer === 'failed')).toHaveLength(PAIR_SLOWING.freeFailures + 1);
  });

  test('keeps nobody out elsewhere', async () => {
    for (let i = 0; i < 20; i++) await fail('198.51.100.66');
    expect(await fail(HOME)).toBe('failed');
    expect(await fail('198.51.100.66', { name: 'acme joe', user: 'j2' })).toBe('failed');
  });

  test('is one for all addresses of an IPv6 network', async () => {
    for (let i = 0; i <= PAIR_SLOWING.freeFailures; i++) await fail(`2001:db8::${i}`);
    expect(await fail('2001:db8:0:0:ffff::1')).toBe('too-many-attempts');
    expect(await fail('2001:db8:0:1::1')).toBe('failed');
  });
});

test('many accounts from one address are slowed, and never stopped for long', async () => {
  const names = (n: number) => ({ name: `acme user${n}`, user: undefined });
  let failed = 0;
  for (let n = 0; n < 1000; n++) if ((await fail(HOME, names(n))) === 'failed') failed += 1;
  expect(failed).toBe(ADDRESS_SLOWING.freeFailures + 1);
  clock.advance(ADDRESS_SLOWING.maxPauseMs);
  expect(await fail(HOME, names(0))).toBe('failed');
});

describe('one account from many addresses', () => {
  test('is slowed to one attempt in half a minute, however many there are', async () => {
    await attack(ACCOUNT_SLOWING.freeFailures + 60);
    const took = await attack(10);
    expect(took).toBeGreaterThanOrEqual(9 * ACCOUNT_SLOWING.maxPauseMs);
  });

  test('does not keep its owner out, where the owner logged in before', async () => {
    await succeed();
    await attack(ACCOUNT_SLOWING.freeFailures + 60);
    expect(await fail('192.0.2.1')).toBe('too-many-attempts');
    expect(await fail(HOME)).toBe('failed');
  });

  test('keeps nobody out for longer than half a minute elsewhere', async () => {
    await attack(ACCOUNT_SLOWING.freeFailures + 60);
    clock.advance(ACCOUNT_SLOWING.maxPauseMs);
    expect(await fail('192.0.2.1')).toBe('failed');
  });
});

describe('after a restart', () => {
  test('the count of an account and its known addresses are what they were', async () => {
    await succeed();
    await attack(ACCOUNT_SLOWING.freeFailures + 5);
    guard = start();
    expect(await fail('192.0.2.1')).toBe('failed');
    expect(await fail('192.0.2.2')).toBe('too-many-attempts');
    expect(await fail(HOME)).toBe('failed');
  });

  test('of a day ago they are forgotten', async () => {
    await attack(ACCOUNT_SLOWING.freeFailures + 5);
    guard = start();
    clock.advance(ACCOUNT_SLOWING.forgottenAfterMs);
    for (let i = 0; i < 5; i++) expect(await fail(addressOf(i))).toBe('failed');
  });
});

describe('what is kept', () => {
  test('names no address, and nothing of accounts that there are not', async () => {
    await succeed();
    await fail(HOME, { name: 'acme nobody', user: undefined });
    await guard.settled();
    expect([...world.registry.documents.keys()]).toEqual(['login-guard.j1']);
    expect(JSON.stringify([...world.registry.documents])).not.toContain('203.0.113');
  });

  test('has a bound on the addresses', async () => {
    for (let i = 0; i < 30; i++) await succeed(addressOf(i));
    const { json } = world.registry.documents.get('login-guard.j1')!;
    expect((JSON.parse(json) as { known: unknown[] }).known).toHaveLength(10);
  });

  test('is not waited for: a log-in goes on where it cannot be written', async () => {
    const faults = new Faults((operation) => (operation === 'registry.put' ? 'fail' : undefined));
    guard = start(withRegistryFaults(openMemoryRegistry(world.registry), faults));
    await succeed();
    expect(await fail()).toBe('failed');
  });
});

test('keys and tokens are counted by address', () => {
  for (let i = 0; i <= ADDRESS_SLOWING.freeFailures; i++) {
    guard.admitCredential(HOME);
    guard.credentialFailed(HOME);
  }
  expect(() => guard.admitCredential(HOME)).toThrow(expect.objectContaining({ code: 'too-many-attempts' }));
  expect(() => guard.admitCredential('192.0.2.1')).not.toThrow();
  clock.advance(100);
  expect(() => guard.admitCredential(HOME)).not.toThrow();
});

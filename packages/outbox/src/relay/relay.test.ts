import type pg from 'pg';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Postgres } from '../../../../test/services/postgres.js';
import { eventually } from '../../../../test/support/eventually.js';
import { lack, postgresOfTests, testOnPostgres } from '../../testing/postgres-of-tests.js';
import { RecordingSender } from '../../testing/recording-sender.js';
import {
  createOutbox,
  type Database,
  drainOutbox,
  listDeadLetters,
  outboxSchemaSql,
  pgDatabase,
  type Relay,
  type RelayOptions,
  readBacklog,
  removeDeadLetters,
  requeueDeadLetters,
  startRelay,
} from '../index.js';

const outbox = createOutbox({ environment: {} });

let postgres: Postgres;
let pool: pg.Pool;
let sender: RecordingSender;
const relays: Relay[] = [];

postgresOfTests({ settings: { idle_in_transaction_session_timeout: '20s' } }, async (started, itsPool) => {
  [postgres, pool] = [started, itsPool];
  await pool.query(outboxSchemaSql());
});
beforeEach(async () => {
  sender = new RecordingSender();
  if (lack === undefined) await pool.query('TRUNCATE attestlog.outbox_event, attestlog.outbox_dead_letter');
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

function start(options: Partial<RelayOptions> = {}): Relay {
  const relay = startRelay({
    database: pgDatabase(pool),
    sender,
    pollMs: 5,
    retryMinMs: 1,
    retryMaxMs: 20,
    ...options,
  });
  relays.push(relay);
  return relay;
}

/** Writes an event in a transaction of its own. */
async function write(message: string, placement: { stream?: string; tenant?: string } = {}): Promise<void> {
  await outbox(pool).log({ action: 'order.change', message }, placement);
}

async function rowsLeft(): Promise<number> {
  return (await readBacklog(pool)).waiting_events;
}

function untilEmpty(): Promise<true> {
  return eventually('an empty outbox', async () => ((await rowsLeft()) === 0 ? true : undefined));
}

testOnPostgres('several relays deliver each event once, and each stream in its order', async () => {
  const streams = Array.from({ length: 25 }, (_, number) => `stream ${number}`);
  sender.delayMs = () => Math.random() * 4;
  for (let relay = 0; relay < 4; relay++) start({ batchMaxEvents: 20 });
  const writer = async (name: string) => {
    for (let number = 0; number < 20; number++) {
      const client = await pool.connect();
      await client.query('BEGIN');
      await outbox(client).log({ action: 'order.change', message: `${name}/${number}/a` }, { stream: name });
      await outbox(client).log({ action: 'order.change', message: `${name}/${number}/b` }, { stream: name });
      await client.query(number % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
      client.release();
    }
  };
  await Promise.all(streams.map(writer));
  await untilEmpty();
  expect(sender.received.length).toBe(25 * 16 * 2);
  expect(new Set(sender.received.map(({ id }) => id)).size).toBe(sender.received.length);
  for (const stream of streams) {
    const numbers = Array.from({ length: 20 }, (_, number) => number).filter((number) => number % 5 !== 4);
    const expected = numbers.flatMap((number) => [`${stream}/${number}/a`, `${stream}/${number}/b`]);
    expect(sender.messages.filter((message) => message?.startsWith(`${stream}/`))).toEqual(expected);
  }
  // A round is counted after its commit.
  await Promise.all(relays.map((relay) => relay.stop()));
  expect(relays.filter((relay) => relay.stats().delivered_events > 0).length).toBeGreaterThan(1);
  expect(relays.reduce((sum, relay) => sum + relay.stats().delivered_events, 0)).toBe(800);
});

testOnPostgres('an event that commits late, with a lower id than what was delivered before, is not lost', async () => {
  start();
  const late = await pool.connect();
  await late.query('BEGIN');
  await outbox(late).log({ action: 'order.change', message: 'late' }, { stream: 's' });
  await write('early', { stream: 's' });
  await untilEmpty();
  expect(sender.messages).toEqual(['early']);
  await late.query('COMMIT');
  late.release();
  await eventually('the late one', () => (sender.messages.includes('late') ? true : undefined));
  expect(sender.messages).toEqual(['early', 'late']);
});

testOnPostgres('what the server refuses becomes a dead letter with its reason, and holds up nothing', async () => {
  sender.answer = ({ message }) =>
    message === 'bad' ? { state: 'refused', code: 'too-long', reason: 'too-long at /message' } : { state: 'done' };
  for (const message of ['one', 'bad', 'two']) await write(message, { stream: 's' });
  await pool.query(`INSERT INTO attestlog.outbox_event (stream, event)
    VALUES ('s', 'no json'), ('s', '[]'), ('s', '{"action":"a.b"}'), ('s', '{"id":"x"},{"id":"y"}')`);
  await write('three', { stream: 's' });
  const notices: unknown[] = [];
  const relay = start({ onNotice: (notice) => notices.push(notice) });
  await untilEmpty();
  expect(sender.messages).toEqual(['one', 'two', 'three']);
  const letters = await listDeadLetters(pool);
  expect(letters.map(({ code }) => code)).toEqual([
    'too-long',
    'invalid-json',
    'wrong-type',
    'id-missing',
    'invalid-json',
  ]);
  expect(letters[0]).toMatchObject({ stream: 's', tenant: undefined, reason: 'too-long at /message' });
  await eventually('the counts', () => (relay.stats().refused_events === 5 ? true : undefined));
  expect(notices).toContainEqual({
    type: 'refused',
    row: letters[0]!.id,
    code: 'too-long',
    reason: 'too-long at /message',
  });
  expect((await readBacklog(pool)).dead_letters).toBe(5);

  sender.answer = () => ({ state: 'done' });
  expect(await requeueDeadLetters(pool, { ids: [letters[0]!.id] })).toBe(1);
  await eventually('the repeated one', () => (sender.messages.includes('bad') ? true : undefined));
  expect(await removeDeadLetters(pool, { olderThanDays: 1 })).toBe(0);
  expect(await removeDeadLetters(pool, { olderThanDays: 0 })).toBe(4);
});

testOnPostgres('while the server is away everything stays, and is delivered when it is back', async () => {
  sender.answer = () => ({ scope: 'server', code: 'ECONNREFUSED', message: 'The server cannot be reached' });
  for (const message of ['one', 'two', 'three']) await write(message, { stream: 's' });
  const relay = start();
  await eventually('some tries', () => (relay.stats().consecutive_failures >= 3 ? true : undefined));
  expect(relay.stats().last_failure).toMatchObject({ code: 'ECONNREFUSED' });
  const backlog = await readBacklog(pool);
  expect(backlog).toMatchObject({ waiting_events: 3, is_more: false, dead_letters: 0 });
  expect(backlog.oldest_age_ms).toBeGreaterThan(0);
  sender.answer = () => ({ state: 'done' });
  await untilEmpty();
  expect(sender.messages).toEqual(['one', 'two', 'three']);
  await eventually('good news', () => (relay.stats().consecutive_failures === 0 ? true : undefined));
});

testOnPostgres('a wake is no reason to try a server that is away before its time', async () => {
  sender.answer = () => ({ scope: 'server', code: 'journal-full', message: 'full', retryAfterMs: 60_000 });
  await write('one');
  const relay = start();
  await eventually('a try', () => (relay.stats().failures === 1 ? true : undefined));
  for (let wake = 0; wake < 10; wake++) {
    relay.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sender.requests.length).toBe(1);
  // The stop ends the wait.
  await relay.stop();
});

testOnPostgres('of a batch of which the end was not taken, the end is sent again', async () => {
  let isBack = false;
  sender.answer = ({ message }) =>
    message === 'two' && !isBack ? { scope: 'server', code: 'timeout', message: 'timeout' } : { state: 'done' };
  for (const message of ['one', 'two', 'three']) await write(message, { stream: 's' });
  start();
  await eventually('the first', async () => ((await rowsLeft()) === 2 ? true : undefined));
  isBack = true;
  await untilEmpty();
  expect(sender.messages).toEqual(['one', 'two', 'three']);
});

testOnPostgres('a tenant that is refused waits alone', async () => {
  sender.answer = ({ tenant }) =>
    tenant === 'poor' ? { scope: 'tenant', code: 'quota-exceeded', message: 'quota' } : { state: 'done' };
  for (let number = 0; number < 30; number++) await write(`poor ${number}`, { tenant: 'poor', stream: `${number}` });
  // The poor one's are first in every lane, and more than a round takes.
  const relay = start({ batchMaxEvents: 10, retryMinMs: 20, retryMaxMs: 20 });
  await eventually('a pause', () => (relay.stats().paused_tenants === 1 ? true : undefined));
  for (let number = 0; number < 30; number++) await write(`rich ${number}`, { tenant: 'rich', stream: `${number}` });
  await eventually('the rich one', () => (sender.received.length === 30 ? true : undefined));
  expect(relay.stats().consecutive_failures).toBe(0);
  sender.answer = () => ({ state: 'done' });
  await untilEmpty();
  expect(sender.received.length).toBe(60);
});

testOnPostgres('an event that the server fails on is found, waits alone, and is given up at last', async () => {
  sender.answer = (_event, batch) =>
    batch.some(({ message }) => message === 'crash')
      ? { scope: 'event', code: 'internal-error', message: 'HTTP 500' }
      : { state: 'done' };
  for (let number = 0; number < 20; number++) await write(`before ${number}`, { stream: `${number}` });
  await write('crash', { stream: 'a' });
  await write('behind', { stream: 'a' });
  start();
  let number = 0;
  await eventually('a dead letter', async () => {
    // While others go through, it is the event that is to blame.
    await write(`after ${number++}`, { stream: `${number}` });
    return (await readBacklog(pool)).dead_letters === 1 ? true : undefined;
  });
  await untilEmpty();
  expect((await listDeadLetters(pool))[0]).toMatchObject({ code: 'internal-error' });
  expect(sender.messages).toContain('behind');
  expect(sender.received.length).toBe(21 + number);
});

testOnPostgres('while the server fails on everything, nothing is given up', async () => {
  sender.answer = () => ({ scope: 'event', code: 'internal-error', message: 'HTTP 500' });
  for (let number = 0; number < 2; number++) await write(`${number}`, { stream: `${number}` });
  const relay = start({ retryMaxMs: 2 });
  await eventually('many failures', () => (relay.stats().failures > 35 ? true : undefined));
  expect(await readBacklog(pool)).toMatchObject({ waiting_events: 2, dead_letters: 0 });
});

testOnPostgres('what was sent when the database failed is sent again, the same byte for byte', async () => {
  let failures = 2;
  const database: Database = {
    transaction: (work) =>
      pgDatabase(pool).transaction(async (tx) => {
        const result = await work(tx);
        if (sender.received.length > 0 && failures-- > 0) throw new Error('the connection is gone');
        return result;
      }),
  };
  await write('one');
  const relay = start({ database });
  await untilEmpty();
  expect(sender.messages).toEqual(['one', 'one', 'one']);
  expect(new Set(sender.received.map(({ text }) => text)).size).toBe(1);
  await eventually('the count', () => (relay.stats().delivered_events === 1 ? true : undefined));
});

testOnPostgres('rounds are bounded in bytes, but for an event that is larger by itself', async () => {
  for (let number = 0; number < 6; number++)
    await write(`${number} ${'x'.repeat(number === 3 ? 5000 : 400)}`, { stream: 's' });
  await drainOutbox({ database: pgDatabase(pool), sender, batchMaxBytes: 1200 });
  expect(sender.requests.length).toBeGreaterThan(2);
  expect(Math.max(...sender.requests)).toBeLessThan(4);
  expect(sender.messages.map((message) => message?.[0]).join('')).toBe('012345');
});

testOnPostgres('NOTIFY wakes a relay that would poll much later; a lost connection is opened again', async () => {
  await pool.query(outboxSchemaSql({ notify: true }));
  try {
    const own = postgres.pool({ application_name: 'listener', max: 2 });
    const database = pgDatabase(own);
    let listened = 0;
    const listen: Database['listen'] = async (...args) => {
      const stop = await database.listen!(...args);
      listened += 1;
      return stop;
    };
    const relay = start({ database: { ...database, listen }, pollMs: 600_000, retryMaxMs: 1 });
    await eventually('listening', () => (relay.stats().is_listening ? true : undefined));
    await write('one');
    await eventually('the first', () => (sender.messages.includes('one') ? true : undefined));
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'`);
    await eventually('listening again', () => (listened >= 2 ? true : undefined));
    await write('two');
    await eventually('the second', () => (sender.messages.includes('two') ? true : undefined));
    await relay.stop();
    await own.end();
  } finally {
    await pool.query(outboxSchemaSql());
  }
});

testOnPostgres('without the tables, or with older ones, a relay ends and says why', async () => {
  await expect(start({ schema: 'elsewhere' }).ended).rejects.toMatchObject({ code: 'schema-missing' });
  await pool.query(outboxSchemaSql({ schema: 'old "one"' }));
  await pool.query('DELETE FROM "old ""one""".outbox_migration');
  await expect(start({ schema: 'old "one"' }).ended).rejects.toMatchObject({ code: 'schema-outdated' });
});

testOnPostgres('a database that is away at the start is waited for', async () => {
  let isAway = true;
  const database: Database = {
    transaction: (work) => (isAway ? Promise.reject(new Error('away')) : pgDatabase(pool).transaction(work)),
  };
  await write('one');
  const relay = start({ database });
  await eventually('failures', () => (relay.stats().consecutive_failures > 2 ? true : undefined));
  isAway = false;
  await untilEmpty();
});

import { parseJson } from '@attestlog/event';
import type pg from 'pg';
import { beforeEach, expect } from 'vitest';
import type { Postgres } from '../../../../test/services/postgres.js';
import { lack, postgresOfTests, testOnPostgres } from '../../testing/postgres-of-tests.js';
import { RecordingSender } from '../../testing/recording-sender.js';
import { actAs, drainOutbox, pgDatabase } from '../index.js';
import { captureTriggerSql } from './capture-trigger-sql.js';
import { outboxGrantsSql } from './grants-sql.js';
import { outboxMigrations, outboxSchemaSql } from './outbox-schema-sql.js';

let postgres: Postgres;
let pool: pg.Pool;
postgresOfTests({ settings: { idle_in_transaction_session_timeout: '20s' } }, async (started, itsPool) => {
  [postgres, pool] = [started, itsPool];
  await pool.query(outboxSchemaSql());
});
beforeEach(async () => {
  if (lack === undefined) await pool.query('TRUNCATE attestlog.outbox_event; DROP TABLE IF EXISTS orders');
});

interface Captured {
  action: string;
  targets: object[];
  changes?: { before?: Record<string, unknown>; after?: Record<string, unknown> };
  metadata: { database: Record<string, unknown> };
  [field: string]: unknown;
}

async function captured(): Promise<Captured[]> {
  const { rows } = await pool.query<{ event: string }>('SELECT event FROM attestlog.outbox_event ORDER BY id');
  return rows.map(({ event }) => JSON.parse(event) as Captured);
}

const ORDERS = 'CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, email text, card text)';

testOnPostgres('each changed row is an event with before and after, as the actor of the transaction', async () => {
  await pool.query(ORDERS);
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order', leaveOut: ['card'], mask: ['email'] }));
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await actAs(client, { actor: { type: 'user', id: 'u"1' }, request_id: 'r1', tenant: 'acme' });
    await client.query("INSERT INTO orders VALUES (1, 10.50, 'a@example.com', '4111'), (2, 1, NULL, NULL)");
    await client.query("UPDATE orders SET total = 11, card = '5' WHERE id = 1");
    await client.query('UPDATE orders SET total = 11 WHERE id = 1');
    await client.query("UPDATE orders SET card = '6' WHERE id = 1");
    await client.query('UPDATE orders SET id = 3 WHERE id = 2');
    await client.query('DELETE FROM orders WHERE id = 3');
    await client.query('COMMIT');
    // The actor was that of the transaction only.
    await client.query('TRUNCATE orders');
  } finally {
    client.release();
  }
  const events = await captured();
  expect(events.map(({ action, operation }) => [action, operation])).toEqual([
    ['order.create', 'create'],
    ['order.create', 'create'],
    ['order.update', 'update'],
    ['order.update', 'update'],
    ['order.update', 'update'],
    ['order.delete', 'delete'],
    ['order.truncate', 'delete'],
  ]);
  const [created, second, updated, hidden, moved, deleted, truncated] = events as [
    Captured,
    Captured,
    Captured,
    Captured,
    Captured,
    Captured,
    Captured,
  ];
  expect(created).toMatchObject({
    actor: { type: 'user', id: 'u"1' },
    request_id: 'r1',
    outcome: 'success',
    targets: [{ type: 'order', id: '1' }],
  });
  expect(created.changes).toEqual({ after: { id: 1, total: 10.5, email: '[masked]' } });
  expect(second.changes).toEqual({ after: { id: 2, total: 1, email: null } });
  expect(updated.changes).toMatchObject({ before: { total: 10.5 }, after: { total: 11 } });
  expect(updated.metadata.database).toMatchObject({
    schema: 'public',
    table: 'orders',
    role: 'postgres',
    changed_columns: ['card', 'total'],
  });
  expect(hidden.metadata.database.changed_columns).toEqual(['card']);
  expect(moved.targets).toEqual([
    { type: 'order', id: '3' },
    { type: 'order', id: '2' },
  ]);
  expect(deleted.changes).toEqual({ before: { id: 3, total: 1, email: null } });
  expect(truncated).toMatchObject({ actor: { type: 'database_role', id: 'postgres' }, targets: [{ type: 'order' }] });
  expect(JSON.stringify(events)).not.toMatch(/4111|example\.com/);
  const { rows } = await pool.query<{ stream: string; tenant: string | null }>(
    'SELECT stream, tenant FROM attestlog.outbox_event ORDER BY id',
  );
  expect(rows[0]).toEqual({ stream: 'order:1', tenant: 'acme' });
  expect(rows.at(-1)).toEqual({ stream: 'order:', tenant: null });
});

testOnPostgres('a transaction that rolls back leaves no event, one savepoint neither', async () => {
  await pool.query(ORDERS);
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order' }));
  await pool.query(`BEGIN; INSERT INTO orders VALUES (1); ROLLBACK;
    BEGIN; INSERT INTO orders VALUES (2); SAVEPOINT s; INSERT INTO orders VALUES (3); ROLLBACK TO s; COMMIT`);
  expect((await captured()).map(({ targets }) => targets)).toEqual([[{ type: 'order', id: '2' }]]);
});

testOnPostgres('a server takes captured events as they are sent, numbers with all their digits', async () => {
  await pool.query(
    'CREATE TABLE orders (region text, number bigint, total numeric, ratio float8, note jsonb, PRIMARY KEY (region, number))',
  );
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order', primaryKey: ['region', 'number'] }));
  await pool.query(`INSERT INTO orders VALUES
    ('e,u"', 9007199254740993, 12345678901234567890.123456789, 'NaN', '{"big": 9007199254740993, "text": "9007199254740993 \\" 1"}'),
    ('us', 7, 0.1, 0.1, '[1e3]')`);
  const sender = new RecordingSender();
  await drainOutbox({ database: pgDatabase(pool), sender });
  const events = sender.received.map(({ text }) => parseJson(text));
  expect(events.map(({ error }) => error)).toEqual([undefined, undefined]);
  const [first, second] = events.map(({ value }) => value as unknown as Captured);
  expect(first!.changes!.after).toEqual({
    region: 'e,u"',
    number: '9007199254740993',
    total: '12345678901234567890.123456789',
    ratio: 'NaN',
    note: { big: '9007199254740993', text: '9007199254740993 " 1' },
  });
  expect(first!.targets).toEqual([{ type: 'order', id: '["e,u\\"", "9007199254740993"]' }]);
  expect(second!.changes!.after).toEqual({ region: 'us', number: 7, total: 0.1, ratio: 0.1, note: [1000] });
});

testOnPostgres('a column that is not there is told at once; one that is renamed later shows no value', async () => {
  await pool.query(ORDERS);
  await expect(pool.query(captureTriggerSql({ table: 'orders', noun: 'order', leaveOut: ['crad'] }))).rejects.toThrow(
    'has no column crad',
  );
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order', leaveOut: ['card'] }));
  await pool.query('ALTER TABLE orders RENAME card TO pan');
  await pool.query("INSERT INTO orders VALUES (1, 1, 'a@example.com', '4111')");
  const [event] = await captured();
  expect(event!.changes).toBeUndefined();
  expect(event!.metadata.database.values_left_out).toBe('the table has no column card');
  expect(event!.targets).toEqual([{ type: 'order', id: '1' }]);
});

testOnPostgres('only: later columns are left out, too; what is run again replaces what was there', async () => {
  await pool.query(ORDERS);
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order' }));
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order', only: ['id', 'total'] }));
  await pool.query('ALTER TABLE orders ADD secret text');
  await pool.query("INSERT INTO orders VALUES (1, 2, 'a@example.com', '4111', 's')");
  expect((await captured()).map(({ changes }) => changes)).toEqual([{ after: { id: 1, total: 2 } }]);
});

testOnPostgres(
  'a row that is too large for an event is an event without values; a long key is told by its hash',
  async () => {
    await pool.query('CREATE TABLE orders (id text PRIMARY KEY, body text)');
    await pool.query(captureTriggerSql({ table: 'orders', noun: 'order' }));
    await pool.query("INSERT INTO orders VALUES ('1', repeat('x', 2000000)), (repeat('long', 500), 'y')");
    const [large, long] = await captured();
    expect(large!.changes).toBeUndefined();
    expect(large!.metadata.database.values_left_out).toBe('the row is too large');
    expect(long!.targets).toEqual([
      { type: 'order', id: expect.stringMatching(/^(long){100}#[0-9a-f]{64}$/) as string },
    ]);
  },
);

testOnPostgres('the steps may be run again, and by many at once, and nothing is lost', async () => {
  await pool.query(ORDERS);
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order' }));
  await pool.query('INSERT INTO orders VALUES (1)');
  await Promise.all(Array.from({ length: 5 }, () => pool.query(outboxSchemaSql({ notify: true }))));
  await Promise.all(Array.from({ length: 5 }, () => pool.query(outboxSchemaSql({ schema: 'fresh' }))));
  await pool.query(outboxSchemaSql());
  expect(await captured()).toHaveLength(1);
  const { rows } = await pool.query('SELECT version FROM attestlog.outbox_migration');
  expect(rows).toEqual([{ version: 1 }]);
  expect(outboxMigrations().map(({ version }) => version)).toEqual([1]);
  const triggers = await pool.query("SELECT FROM pg_trigger WHERE tgname = 'outbox_wake'");
  expect(triggers.rowCount).toBe(0);
});

testOnPostgres('the grants are enough, and the application can neither read nor take back an event', async () => {
  await pool.query(ORDERS);
  await pool.query(captureTriggerSql({ table: 'orders', noun: 'order' }));
  await pool.query('CREATE ROLE app LOGIN; CREATE ROLE relay LOGIN; GRANT INSERT ON orders TO app');
  await pool.query(outboxGrantsSql({ application: 'app', relay: 'relay' }));
  const app = postgres.pool({ user: 'app' });
  const relay = postgres.pool({ user: 'relay' });
  try {
    await app.query('INSERT INTO attestlog.outbox_event (stream, event) VALUES (\'\', \'{"id":"x"}\')');
    await app.query('INSERT INTO orders VALUES (1)');
    for (const sql of [
      'SELECT event FROM attestlog.outbox_event',
      'DELETE FROM attestlog.outbox_event',
      "UPDATE attestlog.outbox_event SET event = ''",
      'CREATE TEMP TABLE forged (id int); CREATE TRIGGER t AFTER INSERT ON forged FOR EACH ROW EXECUTE FUNCTION attestlog.outbox_capture_row()',
    ]) {
      await expect(app.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    const sender = new RecordingSender();
    sender.answer = ({ id }) => (id === 'x' ? { state: 'refused', code: 'c', reason: 'r' } : { state: 'done' });
    await drainOutbox({ database: pgDatabase(relay), sender });
    expect(sender.received).toMatchObject([{ action: 'order.create', metadata: { database: { role: 'app' } } }]);
  } finally {
    await app.end();
    await relay.end();
  }
});

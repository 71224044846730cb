import { withContext } from '@attestlog/client';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { beforeEach, describe, expect } from 'vitest';
import { lack, postgresOfTests, testOnPostgres } from '../testing/postgres-of-tests.js';
import type { Queryable } from './database.js';
import { createOutbox, drizzleQueryable, kyselyQueryable, OutboxError, outboxSchemaSql } from './index.js';

let pool: pg.Pool;
postgresOfTests({}, async (_postgres, itsPool) => {
  pool = itsPool;
  await pool.query(outboxSchemaSql());
  await pool.query('CREATE TABLE orders (id integer PRIMARY KEY, total integer NOT NULL)');
});
beforeEach(async () => {
  if (lack === undefined) await pool.query('TRUNCATE attestlog.outbox_event; TRUNCATE orders');
});

const outbox = createOutbox({ environment: {} });

interface Written {
  stream: string;
  tenant: string | null;
  event: Record<string, unknown>;
}

async function written(): Promise<Written[]> {
  const { rows } = await pool.query<{ stream: string; tenant: string | null; event: string }>(
    'SELECT stream, tenant, event FROM attestlog.outbox_event ORDER BY id',
  );
  return rows.map((row) => ({ ...row, event: JSON.parse(row.event) as Record<string, unknown> }));
}

class TurnedBack extends Error {}

type Work = (tx: Queryable) => Promise<void>;

/** Runs work in a transaction of each library. */
const libraries: [name: string, run: (work: Work) => Promise<void>][] = [
  [
    'pg',
    async (work) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await work(client);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  ],
  [
    'Kysely',
    async (work) => {
      const db = new Kysely<Record<never, never>>({ dialect: new PostgresDialect({ pool }) });
      await db.transaction().execute((tx) => work(kyselyQueryable(tx, CompiledQuery)));
    },
  ],
  ['Drizzle', (work) => drizzle(pool).transaction((tx) => work(drizzleQueryable(tx, sql)))],
];

describe.each(libraries)('in a transaction of %s', (_name, run) => {
  testOnPostgres('an event is there exactly if the transaction commits', async () => {
    await run(async (tx) => {
      await tx.query('INSERT INTO orders (id, total) VALUES ($1, $2)', [1, 100]);
      const { id, state } = await outbox(tx).log({ action: 'order.create', targets: [{ type: 'order', id: '1' }] });
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(state).toBe('written');
    });
    await expect(
      run(async (tx) => {
        await tx.query('INSERT INTO orders (id, total) VALUES ($1, $2)', [2, 100]);
        await outbox(tx).log({ action: 'order.create', message: "a $1 in 'it' and \\ and 💶" });
        throw new TurnedBack();
      }),
    ).rejects.toThrow(TurnedBack);
    // A statement that fails takes its transaction along.
    await expect(
      run(async (tx) => {
        await outbox(tx).log({ action: 'order.create' });
        await tx.query('INSERT INTO orders (id, total) VALUES ($1, $2)', [1, 100]);
      }),
    ).rejects.toMatchObject({});
    expect((await pool.query('SELECT id FROM orders')).rows).toEqual([{ id: 1 }]);
    expect(await written()).toMatchObject([{ stream: 'order:1', tenant: null, event: { action: 'order.create' } }]);
  });

  testOnPostgres('texts and null come through as they are', async () => {
    const message = `a $1 in 'it', "quotes", \\ and 💶 and a line\nmore`;
    await run(async (tx) => {
      await outbox(tx).log({ action: 'note.write', message }, { tenant: 'globex', stream: 'my stream' });
    });
    expect(await written()).toMatchObject([{ stream: 'my stream', tenant: 'globex', event: { message } }]);
  });

  testOnPostgres('what is rolled back to a savepoint is gone, the rest is there', async () => {
    await run(async (tx) => {
      await outbox(tx).log({ action: 'step.first' });
      await tx.query('SAVEPOINT attempt', []);
      await outbox(tx).log({ action: 'step.failed' });
      await tx.query('ROLLBACK TO SAVEPOINT attempt', []);
      await outbox(tx).log({ action: 'step.last' });
    });
    expect((await written()).map(({ event }) => event.action)).toEqual(['step.first', 'step.last']);
  });
});

testOnPostgres(
  'of a transaction that is repeated after serialization failures, the attempt that commits counts',
  async () => {
    await pool.query('INSERT INTO orders (id, total) VALUES (1, 0)');
    const attempts: string[] = [];
    const add = async (name: string) => {
      for (;;) {
        const client = await pool.connect();
        try {
          await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
          const { rows } = await client.query<{ total: number }>('SELECT total FROM orders WHERE id = 1');
          attempts.push((await outbox(client).log({ action: 'order.add', message: name })).id);
          await client.query('UPDATE orders SET total = $1 WHERE id = 1', [rows[0]!.total + 1]);
          await client.query('COMMIT');
          return;
        } catch (error) {
          await client.query('ROLLBACK');
          if ((error as { code?: string }).code !== '40001') throw error;
        } finally {
          client.release();
        }
      }
    };
    const names = Array.from({ length: 6 }, (_, number) => `adder ${number}`);
    await Promise.all(names.map(add));
    expect((await pool.query('SELECT total FROM orders')).rows).toEqual([{ total: 6 }]);
    expect((await written()).map(({ event }) => event.message).sort()).toEqual(names);
    expect(attempts.length).toBeGreaterThan(6);
  },
);

testOnPostgres('the context of the client is in the event, and says the tenant and the stream', async () => {
  await withContext({ actor: { type: 'user', id: 'u1' }, request_id: 'r1', tenant: 'acme' }, () =>
    outbox(pool as Queryable).log({ action: 'user.login' }),
  );
  expect(await written()).toMatchObject([
    { stream: 'by user:u1', tenant: 'acme', event: { actor: { type: 'user', id: 'u1' }, request_id: 'r1' } },
  ]);
});

testOnPostgres('what the policy leaves out is not written', async () => {
  const silent = createOutbox({ environment: { AUDIT_TRAIL_ENABLED: 'false' } });
  expect(await silent(pool as Queryable).log({ action: 'user.login' })).toMatchObject({ state: 'not-recorded' });
  expect(await written()).toEqual([]);
});

testOnPostgres('what is no event is refused before the database hears of it', async () => {
  const silent: Queryable = { query: () => Promise.reject(new Error('was asked')) };
  const refusal = (event: object) => outbox(silent).log(event as { action: string });
  await expect(refusal({ action: 'nonsense' })).rejects.toMatchObject({ code: 'event-invalid' });
  await expect(refusal({ action: 'a.b', id: 'with space' })).rejects.toBeInstanceOf(OutboxError);
  const large = { action: 'a.b', metadata: { text: 'x'.repeat(1024 * 1024) } };
  await expect(refusal(large)).rejects.toMatchObject({ code: 'event-too-large' });
});

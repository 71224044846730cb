import { createOutbox, drizzleQueryable, kyselyQueryable } from '@attestlog/outbox';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';

const outbox = createOutbox({ service: 'shop' });

interface Tables {
  orders: { customer: string; total: number };
}

export async function withKysely(pool: pg.Pool): Promise<void> {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('orders').values({ customer: 'jane', total: 20 }).execute();
    await outbox(kyselyQueryable(tx, CompiledQuery)).log({ action: 'order.place' });
  });
}

export async function withDrizzle(pool: pg.Pool): Promise<void> {
  await drizzle(pool).transaction(async (tx) => {
    await tx.execute(sql`INSERT INTO orders (customer, total) VALUES ('jane', 30)`);
    await outbox(drizzleQueryable(tx, sql)).log({ action: 'order.place' });
  });
}

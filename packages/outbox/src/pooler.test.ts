import pg from 'pg';
import { afterAll, afterEach, expect } from 'vitest';
import { lackOfPgBouncer, PgBouncer } from '../../../test/services/pgbouncer.js';
import { eventually } from '../../../test/support/eventually.js';
import { testUnless } from '../../../test/support/facility.js';
import { lack, postgresOfTests } from '../testing/postgres-of-tests.js';
import { RecordingSender } from '../testing/recording-sender.js';
import {
  actAs,
  captureTriggerSql,
  createOutbox,
  outboxSchemaSql,
  pgDatabase,
  type Relay,
  readBacklog,
  startRelay,
} from './index.js';

const testBehindPooler = testUnless(lack ?? lackOfPgBouncer(), 'covered nowhere else');
const outbox = createOutbox({ environment: {} });
const relays: Relay[] = [];
let bouncer: PgBouncer;
/** Through the pooler: ten clients share three connections, transaction by transaction. */
let pool: pg.Pool;

postgresOfTests({}, async (postgres, direct) => {
  await direct.query(outboxSchemaSql({ notify: true }));
  await direct.query('CREATE TABLE orders (id int PRIMARY KEY, state text)');
  await direct.query(captureTriggerSql({ table: 'orders', noun: 'order', primaryKey: ['id'] }));
  if (lackOfPgBouncer() !== undefined) return;
  bouncer = await PgBouncer.start(postgres, 3);
  pool = new pg.Pool({ ...bouncer.address, max: 10 });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});
afterAll(async () => {
  await pool?.end();
  await bouncer?.dispose();
});

async function inTransaction(work: (tx: pg.PoolClient) => Promise<unknown>, end = 'COMMIT'): Promise<void> {
  const tx = await pool.connect();
  await tx.query('BEGIN');
  await work(tx);
  await tx.query(end);
  tx.release();
}

const untilEmpty = () =>
  eventually('an empty outbox', async () => ((await readBacklog(pool)).waiting_events === 0 ? true : undefined));

testBehindPooler('writers and relays share the connections of a transaction pooler', async () => {
  const sender = new RecordingSender();
  for (let relay = 0; relay < 2; relay++)
    relays.push(startRelay({ database: pgDatabase(pool), sender, pollMs: 5, batchMaxEvents: 20 }));
  const writer = async (name: string) => {
    for (let number = 0; number < 10; number++) {
      const log = (tx: pg.PoolClient) =>
        outbox(tx).log({ action: 'order.change', message: `${name}/${number}` }, { stream: name });
      await inTransaction(log, number % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
    }
  };
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(names.map(writer));
  await untilEmpty();
  expect(sender.received).toHaveLength(5 * 8);
  for (const name of names) {
    const expected = [0, 1, 2, 3, 5, 6, 7, 8].map((number) => `${name}/${number}`);
    expect(sender.messages.filter((message) => message?.startsWith(name))).toEqual(expected);
  }
});

testBehindPooler('who acts is said to one transaction, and not to the next on the same connection', async () => {
  for (let id = 0; id < 8; id++) {
    await inTransaction(async (tx) => {
      if (id % 2 === 0) await actAs(tx, { actor: { type: 'user', id: `user-${id}` } });
      await tx.query('INSERT INTO orders VALUES ($1, $2)', [id, 'open']);
    });
  }
  const { rows } = await pool.query<{ event: { targets: { id: string }[]; actor: { id: string } } }>(
    'SELECT event::json AS event FROM attestlog.outbox_event ORDER BY id',
  );
  const actors = rows.map(({ event }) => event.actor.id);
  expect(actors).toEqual(['user-0', 'postgres', 'user-2', 'postgres', 'user-4', 'postgres', 'user-6', 'postgres']);
});

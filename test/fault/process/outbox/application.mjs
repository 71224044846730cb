// An application that changes rows and logs that it does, in one transaction each, until it is killed.
// Arguments: the folder of PostgreSQL's socket.
import { setTimeout as sleep } from 'node:timers/promises';
import { actAs, createOutbox } from '@attestlog/outbox';
import pg from 'pg';

const STREAMS = 6;
const outbox = createOutbox({ environment: {} });
const pool = new pg.Pool({ host: process.argv[2], user: 'postgres', database: 'postgres', max: STREAMS });
pool.on('error', () => undefined);
// Also those that are in use may break.
pool.on('connect', (client) => client.on('error', () => undefined));

/** Changes orders of one stream, each with the next number. */
async function write(stream) {
  let number = await next(stream);
  for (;;) {
    const client = await pool.connect();
    let failure;
    try {
      await client.query('BEGIN');
      await actAs(client, { actor: { type: 'user', id: stream } });
      await client.query('INSERT INTO orders (stream, number) VALUES ($1, $2)', [stream, number]);
      await outbox(client).log({ action: 'order.place', metadata: { stream, number } }, { stream });
      if (Math.random() < 0.2) {
        await client.query('SAVEPOINT attempt');
        await outbox(client).log({ action: 'order.never', metadata: { stream, number } }, { stream });
        await client.query('ROLLBACK TO SAVEPOINT attempt');
      }
      const isKept = Math.random() < 0.8;
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
      if (isKept) number += 1;
    } catch (error) {
      failure = error;
    } finally {
      client.release(failure);
    }
    if (failure !== undefined) {
      await sleep(20);
      // Whether the transaction was committed is known to the database only.
      number = await next(stream);
    }
    // The others need the processor, too.
    await sleep(2);
  }
}

async function next(stream) {
  const sql = 'SELECT coalesce(max(number), 0) + 1 AS next FROM orders WHERE stream = $1';
  return (await pool.query(sql, [stream])).rows[0].next;
}

async function writeForEver(stream) {
  for (;;) {
    try {
      await write(stream);
    } catch {
      await sleep(20);
    }
  }
}

await Promise.all(Array.from({ length: STREAMS }, (_, number) => writeForEver(`stream-${number}`)));

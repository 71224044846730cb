import type { Database, Queryable } from '../database.js';

/** The part of a client of `pg` that is used. */
interface PgClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  on(event: 'error' | 'end' | 'notification', listener: (argument?: unknown) => void): unknown;
  off(event: 'error' | 'end' | 'notification', listener: (argument?: unknown) => void): unknown;
  /** With an error the connection is closed instead of being kept. */
  release(error?: Error | boolean): void;
}

/** A pool of `pg`. */
export interface PgPool {
  connect(): Promise<PgClient>;
}

/**
 * A pool of `pg` for a relay. The relay holds one connection while it delivers, and one more while it listens. Give the
 * pool an `error` listener, as for any pool of `pg`: connections that break while nobody uses them are told there.
 */
export function pgDatabase(pool: PgPool): Database {
  return {
    transaction: (work) => inTransaction(pool, work),
    async listen(channel, onNotice, onLost) {
      const client = await pool.connect();
      let isOver = false;
      const end = (error?: Error) => {
        if (isOver) return;
        isOver = true;
        client.off('notification', onNotice);
        client.release(error ?? true);
      };
      const onBroken = () => {
        if (isOver) return;
        end(new Error('the listening connection was lost'));
        onLost();
      };
      // Stays on the client after the end, since a broken connection may be told of more than once.
      client.on('error', onBroken);
      client.on('end', onBroken);
      client.on('notification', onNotice);
      try {
        await client.query(`LISTEN "${channel.replaceAll('"', '""')}"`);
      } catch (error) {
        end(error as Error);
        throw error;
      }
      return async () => end();
    },
  };
}

async function inTransaction<T>(pool: PgPool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Without a listener, a connection that breaks between two statements would end the process.
  const onError = (error?: unknown) => {
    broken = error as Error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work({ query: (sql, values) => client.query(sql, values) });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken ??= failure;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

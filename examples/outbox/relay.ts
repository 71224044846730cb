import { batchRouteSender, pgDatabase, type Relay, startRelay } from '@attestlog/outbox';
import type pg from 'pg';

/** Runs until `relay.stop()`, in the application or in a process of its own. */
export function deliver(pool: pg.Pool, url: string, apiKey: string): Relay {
  pool.on('error', (error) => console.error('an idle connection was lost:', error.message));
  return startRelay({
    database: pgDatabase(pool),
    sender: batchRouteSender({ url, apiKey }),
    onNotice: (notice) => console.warn('outbox:', notice),
  });
}

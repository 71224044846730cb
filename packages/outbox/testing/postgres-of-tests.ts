import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { lackOfPostgres, Postgres } from '../../../test/services/postgres.js';
import { testUnless } from '../../../test/support/facility.js';

/** Why the tests have no PostgreSQL here; undefined when they have. */
export const lack = lackOfPostgres();
export const testOnPostgres = testUnless(lack, 'covered nowhere else');

/**
 * One PostgreSQL for all tests of a file, where there is one: started before them, gone after them.
 *
 * @param settings over those of {@link Postgres.start}
 * @param started told of it before the first test; the pool is ended after the last
 */
export function postgresOfTests(
  { settings = {}, pool: options = {} }: { settings?: Record<string, string>; pool?: pg.PoolConfig },
  started: (postgres: Postgres, pool: pg.Pool) => Promise<void>,
): void {
  let postgres: Postgres | undefined;
  let pool: pg.Pool | undefined;
  beforeAll(async () => {
    if (lack !== undefined) return;
    postgres = await Postgres.start({ fsync: 'off', ...settings });
    pool = postgres.pool(options);
    await started(postgres, pool);
  });
  afterAll(async () => {
    await pool?.end();
    await postgres?.dispose();
  });
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outboxSchemaSql } from '@attestlog/outbox';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { captureOrders, changeTotal } from '../../examples/outbox/capture.js';
import { tryAgain } from '../../examples/outbox/dead-letters.js';
import { withDrizzle, withKysely } from '../../examples/outbox/libraries.js';
import { placeOrder } from '../../examples/outbox/place-order.js';
import { deliver } from '../../examples/outbox/relay.js';
import { KEY, startHttp } from '../../packages/server/testing/http-service.js';
import { lackOfPostgres, Postgres } from '../services/postgres.js';
import { eventually } from '../support/eventually.js';
import { testUnless } from '../support/facility.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const testOnPostgres = testUnless(lackOfPostgres(), 'covered nowhere else');

let dispose: () => Promise<void> = async () => undefined;
afterAll(() => dispose());
afterEach(() => vi.restoreAllMocks());

it('the page shows every example as it is', () => {
  const page = readFileSync(join(root, 'docs', 'outbox.md'), 'utf8');
  const shown = [...page.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, file, text]) => [file, text]);
  const files = readdirSync(join(root, 'examples', 'outbox')).map((name) => `examples/outbox/${name}`);
  expect(shown.sort()).toEqual(files.sort().map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  expect(page.match(/```ts/g)?.length).toBe(files.length);
});

testOnPostgres('the examples do what the page says', async () => {
  const [postgres, service] = await Promise.all([Postgres.start({ fsync: 'off' }), startHttp()]);
  const pool = postgres.pool();
  dispose = async () => {
    await pool.end();
    await Promise.all([postgres.dispose(), service.close()]);
  };
  await pool.query(outboxSchemaSql());
  await pool.query(`CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text,
    total integer CHECK (total > 0), email text, card_number text)`);
  await placeOrder(pool, 'jane', 10);
  await expect(placeOrder(pool, 'jane', -1)).rejects.toMatchObject({ code: '23514' });
  await withKysely(pool);
  await withDrizzle(pool);
  await pool.query(captureOrders);
  await changeTotal(pool, 1, 12, 'joe');
  await pool.query(`INSERT INTO attestlog.outbox_event (stream, event) VALUES ('', '{"id":"x","action":"none"}')`);

  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const relay = deliver(pool, await service.listen(), KEY);
  await eventually('the delivery', () => (relay.stats().delivered_events === 4 ? true : undefined));
  await eventually('the dead letter', () => (relay.stats().refused_events === 1 ? true : undefined));
  await relay.stop();
  expect(warned).toHaveBeenCalledWith('outbox:', expect.objectContaining({ type: 'refused' }));
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await tryAgain(pool);
  expect(said.mock.calls.flat().join(' ')).toMatch(/^0 wait, the oldest for 0 ms; 1 were refused/);
  expect((await pool.query('SELECT event FROM attestlog.outbox_event')).rowCount).toBe(1);

  const { events } = (await service.get('/api/v1/events?limit=10')).json<{
    events: { event: Record<string, unknown> }[];
  }>();
  const found = events.map(({ event }) => event);
  expect(found.filter(({ action }) => action === 'order.place')).toHaveLength(3);
  expect(found).toContainEqual(
    expect.objectContaining({
      action: 'order.update',
      actor: { type: 'user', id: 'joe' },
      targets: [{ type: 'order', id: '1' }],
      changes: {
        before: { id: 1, customer: 'jane', total: 10, email: null },
        after: { id: 1, customer: 'jane', total: 12, email: null },
      },
    }),
  );
});

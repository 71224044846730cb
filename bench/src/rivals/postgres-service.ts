// The same service over PostgreSQL: the same validation, a COPY for each batch, an answer when it is committed.
import { once } from 'node:events';
import { formatNs } from '@attestlog/event';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPY_EVENTS, CREATE_EVENTS, copyText } from './postgres-schema.js';
import { admitBatch, buildRival } from './rival-app.js';

const CONNECTIONS = 4;
const pool = new pg.Pool({
  host: process.env.BENCH_POSTGRES_SOCKETS!,
  port: Number(process.env.BENCH_POSTGRES_PORT),
  user: 'postgres',
  database: 'postgres',
  max: CONNECTIONS,
});
await pool.query(CREATE_EVENTS);

const app = buildRival();
app.post('/api/v1/events/batch', async (request, reply) => {
  const receivedAt = formatNs(BigInt(Date.now()) * 1_000_000n);
  const events = admitBatch(request.body as Buffer, receivedAt);
  await copy(copyText(String(request.headers['x-tenant-id']), receivedAt, events));
  return reply.code(201).send({ stored: events.length });
});

async function copy(text: string): Promise<void> {
  const client = await pool.connect();
  try {
    const stream = client.query(copyFrom(COPY_EVENTS));
    const finished = once(stream, 'finish');
    stream.end(text);
    await finished;
  } finally {
    client.release();
  }
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.ATTESTLOG_PORT) });
process.once('SIGTERM', async () => {
  await app.close();
  await pool.end();
});

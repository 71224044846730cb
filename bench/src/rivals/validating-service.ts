// The same framework, the same check of an event, and nothing behind it: what HTTP and validation alone allow.
import { formatNs } from '@attestlog/event';
import { admitOne, buildRival } from './rival-app.js';

const app = buildRival();
app.post('/api/v1/events', async (request, reply) => {
  const { id } = admitOne(request.body as Buffer, formatNs(BigInt(Date.now()) * 1_000_000n));
  return reply.code(201).send({ id, position: 0, duplicate: false });
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.ATTESTLOG_PORT) });
process.once('SIGTERM', () => void app.close());

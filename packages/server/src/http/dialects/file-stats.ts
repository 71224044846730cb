import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Services } from '../services.js';
import { type CountingServices, counted, numberIn, timeIn } from './counted.js';

export const statsSchema = z.object({
  total_events: z.number().describe('Events that are kept.'),
  storage_bytes: z.number().describe('Bytes of their entries.'),
  last_updated: z
    .string()
    .nullable()
    .describe('When the last of them was received; of none, when the tenant was made, or null.'),
});
type FileStats = z.infer<typeof statsSchema>;

/** What a tenant has recorded, of the events that the caller may read. */
export async function fileStats(
  request: FastifyRequest,
  reply: FastifyReply,
  services: CountingServices & Pick<Services, 'tenants'>,
): Promise<FileStats> {
  const { rows } = await counted(request, reply, services, (count) =>
    count({ measures: [{ kind: 'count' }, { kind: 'bytes' }, { kind: 'max', field: 'received_at' }] }),
  );
  const row = rows[0] ?? { group: {}, measures: {} };
  const tenant = await services.tenants.find(request.tenant);
  return {
    total_events: numberIn(row, 'count'),
    storage_bytes: numberIn(row, 'bytes'),
    last_updated: timeIn(row, 'max(received_at)') ?? tenant?.document.created_at ?? null,
  };
}

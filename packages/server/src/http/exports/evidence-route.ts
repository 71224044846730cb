import { Readable } from 'node:stream';
import { filterBounds, formatNs } from '@attestlog/event';
import { EVIDENCE_MAX_EVENTS } from '@attestlog/tlog';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { EvidencePacks } from '../../evidence/evidence-packs.js';
import type { EvidenceSelection } from '../../evidence/evidence-request.js';
import { zipArchive } from '../../evidence/zip-archive.js';
import { from } from '../../failures.js';
import { blobKey } from '../../intake/intake.js';
import type { QueryCost } from '../../ports/read-options.js';
import { readTimeRange } from '../../query/asked-time.js';
import { filterOf } from '../../query/event-filter.js';
import type { Reader } from '../../query/event-reader.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { readerOf } from '../access/reader-of.js';
import { requireStanding, tenantOf } from '../access/tenant-of.js';
import { flag, readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import { QUERY_PROBLEMS, runQuery, shownCost } from '../search/run-query.js';
import { timeParameters } from '../search/search-parameters.js';
import type { Services } from '../services.js';

const EXPORT: GuardedAccess = { permission: 'events:export', of: 'tenant' };
const MAX_INDEX = 2 ** 48;
const ZIP_TYPE = 'application/zip';

const evidenceQuery = z.object({
  q: z
    .string()
    .max(filterBounds.FILTER_TEXT_MAX_CHARS)
    .optional()
    .describe('Which events, in the search syntax; every event if absent.'),
  ...timeParameters,
  from_index: wholeNumber(0, MAX_INDEX)
    .optional()
    .describe('For a whole range of the log, whose completeness is proven: index of its first entry.'),
  to_index: wholeNumber(1, MAX_INDEX).optional().describe('For a whole range: index after its last entry.'),
  openings: flag
    .optional()
    .describe('Open the sealed fields of events that you may see unmasked. It is recorded, with the header X-Reason.'),
  payloads: flag
    .optional()
    .describe('Whether payloads that were too large for their events are in it; if absent, they are.'),
});
type EvidenceQuery = z.output<typeof evidenceQuery>;

/** `GET /api/v1/evidence`: events with the proofs that the log had them, as one zip. */
export function registerEvidenceRoute(app: FastifyInstance, services: Services): void {
  const packs = new EvidencePacks({
    ...services,
    scan: services.eventScan,
    payload: (tenant, sha256) => from('objects', services.objects.get(blobKey(tenant, sha256))),
  });
  app.get(
    '/api/v1/evidence',
    {
      config: { access: EXPORT },
      // A HEAD would make the whole pack and record it.
      exposeHeadRoute: false,
      schema: describeRoute(`An evidence pack: up to ${EVIDENCE_MAX_EVENTS} events with what it takes to prove them`, {
        query: evidenceQuery,
        answers: { 200: { description: 'The pack; docs/evidence.md describes its files', type: ZIP_TYPE } },
        problems: [
          ...QUERY_PROBLEMS,
          ...([
            'evidence-too-large',
            'log-range-invalid',
            'objects-unavailable',
            'data-corrupt',
            'tenant-gone',
          ] as const),
        ],
      }),
    },
    (request, reply) => getPack(request, reply, packs, services),
  );
}

/** @throws Problem as `EvidencePacks.plan` does, `permission-denied`, `query-invalid`, `filter-invalid`, `tenant-unknown` */
async function getPack(
  request: FastifyRequest,
  reply: FastifyReply,
  packs: EvidencePacks,
  services: Services,
): Promise<FastifyReply> {
  const query = readQuery(evidenceQuery, request.query);
  const openings = query.openings === true;
  const payloads = query.payloads !== false;
  requirePermissions(request, query);
  requireStanding(await tenantOf(request, services));
  const reader = readerOf(request, 'events:export');
  const selection = selectionOf(query, reader, services.nowMs());
  const asked = { tenant: request.tenant, selection, reader, openings, payloads, by: personalReaderOf(request) };
  const { value: plan, cost } = await runQuery(request, reply, services, (options) => packs.plan(asked, options));
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const files = packs.files(plan, {
    signal: gone.signal,
    onCost: (one) => add(cost, one),
    cost: () => shownCost(cost),
  });
  return reply
    .type(ZIP_TYPE)
    .header('content-disposition', `attachment; filename="${nameOf(request.tenant, plan.madeAt)}"`)
    .header('cache-control', 'no-store')
    .send(Readable.from(zipArchive(files, new Date(plan.madeAt)), { objectMode: false }));
}

/** A range has every entry, so a grant for some events only does not give it. */
function requirePermissions({ authorization, tenant }: FastifyRequest, query: EvidenceQuery): void {
  const isRange = query.from_index !== undefined || query.to_index !== undefined;
  if (isRange && authorization.extentOf('events:export', tenant) !== 'all') {
    throw new Problem('permission-denied', {
      detail: 'A whole range of the log is for those who may export every event of the tenant; ask by a filter.',
      members: { permission: 'events:export' },
    });
  }
  if (query.openings === true && authorization.extentOf('pii:read', tenant) === 'none') {
    throw new Problem('permission-denied', {
      detail: 'Sealed fields are opened for those who may see personal data; ask without "openings".',
      members: { permission: 'pii:read' },
    });
  }
}

function selectionOf(query: EvidenceQuery, { me }: Reader, nowMs: number): EvidenceSelection {
  const { q, from, to, time_zone: timeZone = 'UTC', from_index: fromIndex, to_index: toIndex } = query;
  if (fromIndex === undefined && toIndex === undefined) {
    const range = readTimeRange({ from, to }, { nowMs, timeZone });
    const { fromNs, toNs } = range;
    return {
      kind: 'filter',
      filter: filterOf({ q }, me),
      ...range,
      asked: {
        ...(q === undefined ? {} : { q }),
        // Words such as "yesterday" would say nothing to whoever reads them later.
        ...(fromNs === undefined ? {} : { from: formatNs(fromNs) }),
        ...(toNs === undefined ? {} : { to: formatNs(toNs) }),
      },
    };
  }
  if (q !== undefined || from !== undefined || to !== undefined) {
    throw new Problem('query-invalid', { detail: 'Ask by "from_index" and "to_index", or by a filter, not by both' });
  }
  if (fromIndex === undefined || toIndex === undefined || fromIndex >= toIndex) {
    throw new Problem('query-invalid', { detail: '"to_index" must be after "from_index"; a range needs both' });
  }
  return { kind: 'range', fromIndex, toIndex };
}

function nameOf(tenant: string, madeAt: string): string {
  return `evidence-${tenant}-${madeAt.slice(0, 19).replaceAll(/[-:]/g, '')}.zip`;
}

function add(sum: QueryCost, one: QueryCost): void {
  sum.rowsRead += one.rowsRead;
  sum.bytesRead += one.bytesRead;
  sum.elapsedMs += one.elapsedMs;
}

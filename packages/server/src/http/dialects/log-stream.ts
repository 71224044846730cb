import { allOf, type StoredEvent } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { filterOf } from '../../query/event-filter.js';
import type { FollowRequest } from '../../stream/live-tail.js';
import { followedBy, streamQuery } from '../live/follow-request.js';
import type { LiveRoute } from '../live/live-route.js';
import { readQuery } from '../parameters.js';
import { filterOfLogs, logFilters } from './logs-query.js';
import { takeMetadataParameters } from './metadata-parameters.js';
import { logForm } from './record-form.js';
import { withPersonal } from './restore-values.js';
import { recordOf } from './shown-records.js';

const { start_time: _, end_time: __, ...filters } = logFilters;
const logStreamQuery = z.object({ ...filters, ...streamQuery });

/**
 * `/api/v1/logs/stream`: log entries as they are sealed. By a WebSocket every message is an entry and nothing else; the
 * reason of the frame that closes it ends in `next=INDEX`, where `from_index` goes on. What was moved out of an entry
 * comes as its reference.
 */
export const logStream: LiveRoute = {
  path: '/api/v1/logs/stream',
  summary: 'Watch log entries as they are sealed (a WebSocket, or server-sent events)',
  query: logStreamQuery,
  follow: followLogs,
  json: ({ entry }, personal, tenant) => {
    const event = JSON.parse(Buffer.from(entry).toString('utf8')) as StoredEvent;
    return JSON.stringify(recordOf(withPersonal(event, personal), tenant, logForm));
  },
  hasControlMessages: false,
};

function followLogs(request: FastifyRequest): FollowRequest {
  const { filter, rest } = takeMetadataParameters(request.query);
  const { q, ...query } = readQuery(logStreamQuery, rest);
  const asked = allOf(filterOf({ q }, request.principal.subject), filterOfLogs(query), filter);
  return followedBy(request, asked, query);
}

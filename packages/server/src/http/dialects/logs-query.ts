import { allOf, anyOf, type Filter, filterBounds, negate, operationOf, severityOf } from '@attestlog/event';
import { z } from 'zod';
import { totalModes } from '../../query/total.js';
import { readQuery } from '../parameters.js';
import { fromAddress, is, keptMember, messageWords, movedOrKept, notOfDialect } from './asked-conditions.js';
import { askedTexts } from './asked-texts.js';
import { askedTimes } from './asked-times.js';
import { takeMetadataParameters } from './metadata-parameters.js';
import { pageParameters, type RecordQuery } from './record-page.js';

const kept = (member: string) => keptMember('logs', member);

/** Which entries: the members of a log entry by their names. */
export const logFilters = {
  user_id: askedTexts.optional().describe('Who did it.'),
  session_id: askedTexts.optional().describe('In which session.'),
  action: askedTexts.optional().describe('CREATE, UPDATE, DELETE, VIEW, or another word.'),
  resource_type: askedTexts.optional().describe('The kind of thing, such as order.'),
  resource_id: askedTexts.optional().describe('The thing.'),
  severity: askedTexts.optional().describe('INFO, WARNING, ERROR, CRITICAL, or another word.'),
  ip_address: askedTexts.optional().describe('An address, or a network such as 10.0.0.0/8.'),
  request_id: askedTexts.optional().describe('The request that it belongs to.'),
  search: z.string().max(1024).optional().describe('Words that are all in the message.'),
  start_time: z.string().max(64).optional().describe('Earliest timestamp, inclusive.'),
  end_time: z.string().max(64).optional().describe('Latest timestamp, inclusive.'),
  q: z
    .string()
    .max(filterBounds.FILTER_TEXT_MAX_CHARS)
    .optional()
    .describe('What else they have to fit, in the search syntax of docs/search.md.'),
};

export const logPageQuery = z.object({
  ...logFilters,
  ...pageParameters,
  order: z.enum(['newest', 'oldest']).optional().describe('Which come first; the newest if absent.'),
  total: z.enum(totalModes).optional().describe('Count all of them: exactly, or to a bound.'),
});

type LogFilters = z.output<z.ZodObject<typeof logFilters>>;

/** Reads the parameters of a request for log entries, `metadata.*` among them. @throws Problem `query-invalid` */
export function readLogQuery<T extends z.ZodObject<typeof logFilters>>(
  schema: T,
  sent: unknown,
): RecordQuery & z.output<T> {
  const { filter, rest } = takeMetadataParameters(sent);
  const asked = readQuery(schema, rest);
  return { ...asked, ...timesOf(asked as LogFilters), filter: allOf(filterOfLogs(asked as LogFilters), filter) };
}

function timesOf({ start_time: start, end_time: end }: LogFilters): { from?: string; to?: string } {
  return askedTimes(start, end);
}

/** What the parameters say of the event that an entry became, or of one of elsewhere that is written as such an entry. */
export function filterOfLogs(asked: Partial<LogFilters>): Filter {
  const filters: Filter[] = [];
  const moved = (name: 'user_id' | 'session_id' | 'resource_type' | 'resource_id' | 'request_id', field: string) => {
    const values = asked[name];
    if (values !== undefined) filters.push(movedOrKept(name, field, kept(name), values));
  };
  moved('user_id', 'actor.id');
  moved('session_id', 'session_id');
  moved('request_id', 'request_id');
  moved('resource_type', 'targets.type');
  moved('resource_id', 'targets.id');
  if (asked.action !== undefined) filters.push(anyOf(...asked.action.map(ofAction)));
  if (asked.severity !== undefined) filters.push(anyOf(...asked.severity.map(ofSeverity)));
  if (asked.ip_address !== undefined) filters.push(fromAddress('ip_address', kept('ip_address'), asked.ip_address));
  if (asked.search !== undefined) filters.push(messageWords('search', asked.search));
  return allOf(...filters);
}

/**
 * Entries with this action, and events of elsewhere that are written with it. The operation goes before it, since that is
 * found quickly: an entry has the one that its action means.
 */
function ofAction(action: string): Filter {
  const words = [...new Set([action, action.toUpperCase()])];
  const asSent = is('action', kept('action'), words);
  const elsewhere = notOfDialect([kept('action')]);
  const operation = operationOf(action);
  if (operation === undefined) {
    return anyOf(
      asSent,
      allOf(elsewhere, negate({ op: 'exists', field: 'operation' }), is('action', 'action', [action])),
    );
  }
  const written = operation === 'read' ? 'VIEW' : operation.toUpperCase();
  const isWritten = words.includes(written) ? anyOf(asSent, elsewhere) : asSent;
  return allOf(is('action', 'operation', [operation]), isWritten);
}

/** By what the word means: WARNING finds `warn` too. A word that means none of ours, as it was sent. */
function ofSeverity(severity: string): Filter {
  const ours = severityOf(severity);
  return ours === undefined ? is('severity', kept('severity'), [severity]) : is('severity', 'severity', [ours]);
}

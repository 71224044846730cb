import { allOf, anyOf, type Filter, filterBounds, negate, outcomeOf } from '@attestlog/event';
import { z } from 'zod';
import { TENANT_ID } from '../../tenants/tenant-document.js';
import { readQuery } from '../parameters.js';
import { fromAddress, has, is, keptMember, movedOrKept, notOfDialect } from './asked-conditions.js';
import { askedTexts } from './asked-texts.js';
import { askedTimes } from './asked-times.js';
import { takeMetadataParameters } from './metadata-parameters.js';
import { pageParameters, type RecordQuery } from './record-page.js';

const kept = (member: string) => keptMember('audit-events', member);

/** Which events: the filters of the framework by their names. */
export const auditEventFilters = {
  start_time: z.string().max(64).optional().describe('Earliest timestamp, inclusive.'),
  end_time: z.string().max(64).optional().describe('Latest timestamp, inclusive.'),
  user_id: askedTexts.optional().describe('Who did it.'),
  event_type: askedTexts.optional().describe('The type of the event, such as data_access.'),
  resource_type: askedTexts.optional().describe('The kind of thing.'),
  resource_id: askedTexts.optional().describe('The thing.'),
  action: askedTexts.optional().describe('What was done.'),
  status: askedTexts.optional().describe('How it ended: success, failure, denied, or another word.'),
  session_id: askedTexts.optional().describe('In which session.'),
  ip_address: askedTexts.optional().describe('An address, or a network such as 10.0.0.0/8.'),
  tenant_id: z
    .string()
    .regex(TENANT_ID)
    .optional()
    .describe('The tenant; another one than the credential’s for those who may read there.'),
  service_name: askedTexts.optional().describe('The service that recorded it.'),
  correlation_id: askedTexts.optional().describe('What joins it to others.'),
  q: z
    .string()
    .max(filterBounds.FILTER_TEXT_MAX_CHARS)
    .optional()
    .describe('What else they have to fit, in the search syntax of docs/search.md.'),
};

export const auditEventPageQuery = z.object({
  ...auditEventFilters,
  ...pageParameters,
  order: z.enum(['newest', 'oldest']).optional().describe('Which come first; the newest if absent.'),
});

export type AuditEventFilters = Partial<z.output<z.ZodObject<typeof auditEventFilters>>>;

/** Reads the parameters of a request for events, `metadata.*` among them. @throws Problem `query-invalid` */
export function readAuditEventQuery<T extends z.ZodObject<typeof auditEventFilters>>(
  schema: T,
  sent: unknown,
): RecordQuery & z.output<T> {
  const { filter, rest } = takeMetadataParameters(sent);
  const asked = readQuery(schema, rest);
  const { start_time: start, end_time: end } = asked as AuditEventFilters;
  return {
    ...asked,
    ...askedTimes(start, end),
    filter: allOf(filterOfAuditEvents(asked as AuditEventFilters), filter),
  };
}

const MOVED = {
  user_id: 'actor.id',
  session_id: 'session_id',
  resource_type: 'targets.type',
  resource_id: 'targets.id',
  service_name: 'source.service',
  correlation_id: 'correlation_id',
} as const;

/** What the parameters say of the event that a record became, or of one of elsewhere that is written as such a record. */
export function filterOfAuditEvents(asked: AuditEventFilters): Filter {
  const filters: Filter[] = [];
  for (const [name, field] of Object.entries(MOVED) as [keyof typeof MOVED, string][]) {
    const values = asked[name];
    if (values !== undefined) filters.push(movedOrKept(name, field, kept(name), values));
  }
  if (asked.event_type !== undefined) filters.push(anyOf(...asked.event_type.map(ofEventType)));
  if (asked.action !== undefined) filters.push(anyOf(...asked.action.map(ofAction)));
  if (asked.status !== undefined) filters.push(anyOf(...asked.status.map(ofStatus)));
  if (asked.ip_address !== undefined) filters.push(fromAddress('ip_address', kept('ip_address'), asked.ip_address));
  return allOf(...filters);
}

/** Of events of elsewhere without a category, their operation or their action. */
function ofEventType(type: string): Filter {
  const elsewhere = allOf(negate(has('category')), OF_ELSEWHERE);
  const isOperation = isOneOf('operation', type);
  const instead = anyOf(
    ...(isOperation === undefined ? [] : [isOperation]),
    allOf(negate(has('operation')), is('event_type', 'action', [type])),
  );
  return anyOf(movedOrKept('event_type', 'category', kept('event_type'), [type]), allOf(elsewhere, instead));
}

const OF_ELSEWHERE = notOfDialect([kept('action'), kept('event_type')]);

function ofAction(action: string): Filter {
  return anyOf(is('action', kept('action'), [action]), allOf(OF_ELSEWHERE, is('action', 'action', [action])));
}

/** A word that means one of our outcomes finds all that ended so: `FAILED` and `failure`. Others as they were sent. */
function ofStatus(status: string): Filter {
  const outcome = outcomeOf(status);
  return outcome === undefined ? is('status', kept('status'), [status]) : is('status', 'outcome', [outcome]);
}

function isOneOf(field: string, value: string): Filter | undefined {
  try {
    return is(field, field, [value]);
  } catch {
    return undefined;
  }
}

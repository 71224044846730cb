import type { EventInput } from '../schema.js';

/** What a policy looks at: any event, as sent or as stored. */
export type PolicyEvent = Pick<
  EventInput,
  | 'id'
  | 'action'
  | 'operation'
  | 'category'
  | 'targets'
  | 'outcome'
  | 'severity'
  | 'class'
  | 'source'
  | 'correlation_id'
  | 'request_id'
  | 'session_id'
  | 'trace_id'
>;

/** Whether the sender calls the event critical, by its severity or by its retention class. */
export function isCritical(event: PolicyEvent): boolean {
  return event.severity === 'critical' || event.class === 'critical';
}

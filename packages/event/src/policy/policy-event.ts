import type { EventClass, Operation, Outcome, Severity } from '../vocabulary.js';

/** What a policy looks at: any event, as sent or as stored. Written out, so that an SDK's types need no schema. */
export interface PolicyEvent {
  id?: string | undefined;
  action: string;
  operation?: Operation | undefined;
  category?: string | undefined;
  targets?: { type?: string | undefined; id?: string | undefined; name?: string | undefined }[] | undefined;
  outcome?: Outcome | undefined;
  severity?: Severity | undefined;
  class?: EventClass | undefined;
  source?: { service?: string | undefined } | undefined;
  correlation_id?: string | undefined;
  request_id?: string | undefined;
  session_id?: string | undefined;
  trace_id?: string | undefined;
}

/** Whether the sender calls the event critical, by its severity or by its retention class. */
export function isCritical(event: PolicyEvent): boolean {
  return event.severity === 'critical' || event.class === 'critical';
}

import type { JsonObject } from '@attestlog/event/sdk';
import type { ActorDraft, PartyDraft, SourceDraft } from '../event-draft.js';

/** What is the same for all events of a piece of work: a request, a job, a session. */
export interface AuditContext {
  actor?: ActorDraft | undefined;
  /** For whom the actor acts; stands in the event as `actor.on_behalf_of`. */
  on_behalf_of?: PartyDraft | undefined;
  session_id?: string | undefined;
  request_id?: string | undefined;
  correlation_id?: string | undefined;
  trace_id?: string | undefined;
  /** Stands in the event as `metadata.span_id`. */
  span_id?: string | undefined;
  /** Whose log the events are for, when the application serves several tenants. */
  tenant?: string | undefined;
  /** Put under the source that an event has, field by field. */
  source?: SourceDraft | undefined;
  /** Put under the metadata that an event has, key by key. */
  metadata?: JsonObject | undefined;
}

/**
 * A context in which the fields of `over` win; `source` and `metadata` are put together field by field. The fields are
 * read by their names, so that an object with getters is a context, too. One alone is given back as it is.
 */
export function mergeContext(under: AuditContext | undefined, over: AuditContext | undefined): AuditContext {
  if (under === undefined || over === undefined) return over ?? under ?? {};
  return {
    actor: over.actor ?? under.actor,
    on_behalf_of: over.on_behalf_of ?? under.on_behalf_of,
    session_id: over.session_id ?? under.session_id,
    request_id: over.request_id ?? under.request_id,
    correlation_id: over.correlation_id ?? under.correlation_id,
    // A span belongs to its trace.
    ...(over.trace_id === undefined ? traceIn(under, over.span_id) : traceIn(over)),
    tenant: over.tenant ?? under.tenant,
    source: bothOf(under.source, over.source),
    metadata: bothOf(under.metadata, over.metadata),
  };
}

function traceIn({ trace_id, span_id }: AuditContext, own = span_id) {
  return { trace_id, span_id: own };
}

function bothOf<Part extends object>(under: Part | undefined, over: Part | undefined): Part | undefined {
  return under === undefined || over === undefined ? (over ?? under) : { ...under, ...over };
}

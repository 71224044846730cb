import type { ActionDeclaration } from '../actions/define-actions.js';
import type { LogEvent } from '../actions/typed-event.js';
import type { AuditContext } from '../context/audit-context.js';
import type { ActorDraft, EventDraft, SourceDraft } from '../event-draft.js';
import type { TraceContext } from '../trace/traceparent.js';

/** What stands under an event: its action's declaration, the client's own source, its days. */
export interface EventDefaults {
  readonly declaration: ActionDeclaration | undefined;
  readonly source: SourceDraft | undefined;
  readonly retention_days: number | undefined;
}

/** An event with all that surrounds it but for the metadata, which is first checked as the application wrote it. */
export type ComposedEvent = Omit<EventDraft, 'metadata'> & { metadata?: unknown };

const NO_DECLARATION: ActionDeclaration = Object.freeze({});

/**
 * Puts an event over what surrounds it. What the event says wins, then the context (of the trace the active span), then
 * the declaration and the client's own. `source` is put together field by field.
 *
 * On the path of every call: fields that are there are set one by one, in the order in which they are written. Rest and
 * spread of an object of 20 fields cost more than all else that a call does.
 */
export function composeEvent(
  event: LogEvent,
  context: AuditContext,
  trace: TraceContext | undefined,
  { declaration = NO_DECLARATION, source, retention_days }: EventDefaults,
): ComposedEvent {
  const composed: ComposedEvent = { action: event.action };
  const actor = actorOf(event.actor ?? context.actor, context.on_behalf_of);
  if (actor !== undefined) composed.actor = actor;
  const category = event.category ?? declaration.category;
  if (category !== undefined) composed.category = category;
  if (event.changes !== undefined) composed.changes = event.changes;
  const retentionClass = event.class ?? declaration.class;
  if (retentionClass !== undefined) composed.class = retentionClass;
  const correlationId = event.correlation_id ?? context.correlation_id;
  if (correlationId !== undefined) composed.correlation_id = correlationId;
  if (event.file !== undefined) composed.file = event.file;
  if (event.id !== undefined) composed.id = event.id;
  if (event.message !== undefined) composed.message = event.message;
  const operation = event.operation ?? declaration.operation;
  if (operation !== undefined) composed.operation = operation;
  if (event.outcome !== undefined) composed.outcome = event.outcome;
  if (event.reason !== undefined) composed.reason = event.reason;
  if (event.request !== undefined) composed.request = event.request;
  const requestId = event.request_id ?? context.request_id;
  if (requestId !== undefined) composed.request_id = requestId;
  if (event.response !== undefined) composed.response = event.response;
  const days = event.retention_days ?? declaration.retention_days ?? retention_days;
  if (days !== undefined) composed.retention_days = days;
  const sessionId = event.session_id ?? context.session_id;
  if (sessionId !== undefined) composed.session_id = sessionId;
  const severity = event.severity ?? declaration.severity;
  if (severity !== undefined) composed.severity = severity;
  const from = sourceOf(source, sourceOf(context.source, event.source));
  if (from !== undefined) composed.source = from;
  if (event.targets !== undefined) composed.targets = event.targets;
  if (event.time !== undefined) composed.time = event.time;
  const traceId = event.trace_id ?? trace?.trace_id ?? context.trace_id;
  if (traceId !== undefined) composed.trace_id = traceId;
  keepUnknown(event, composed);
  return composed;
}

const KNOWN: ReadonlySet<string> = new Set(
  (
    'action actor after before category changes class correlation_id file id message metadata operation outcome reason ' +
    'request request_id response retention_days session_id severity source targets time trace_id'
  ).split(' '),
);

/** A field that events do not have is sent, too: the server refuses the event by its name, and nothing is lost silently. */
function keepUnknown(event: LogEvent, composed: ComposedEvent): void {
  for (const field in event) {
    if (!KNOWN.has(field)) Object.assign(composed, { [field]: event[field as keyof LogEvent] });
  }
}

function actorOf(actor: ActorDraft | undefined, on_behalf_of: AuditContext['on_behalf_of']): ActorDraft | undefined {
  if (on_behalf_of === undefined || actor?.on_behalf_of !== undefined) return actor;
  return { ...actor, on_behalf_of };
}

function sourceOf(under: SourceDraft | undefined, over: SourceDraft | undefined): SourceDraft | undefined {
  if (under === undefined || over === undefined) return over ?? under;
  const merged: SourceDraft = { ...under };
  for (const field in over) {
    const value = over[field as keyof SourceDraft];
    if (value !== undefined) merged[field as keyof SourceDraft] = value;
  }
  return merged;
}

/** What the context puts under an event's own metadata; undefined: nothing. */
export function surroundingMetadata(
  event: LogEvent,
  context: AuditContext,
  trace: TraceContext | undefined,
): object | undefined {
  // The span belongs to the trace: an event that names a trace of its own gets no span of another.
  const span_id = event.trace_id === undefined ? (trace ?? context).span_id : undefined;
  return span_id === undefined ? context.metadata : { ...context.metadata, span_id };
}

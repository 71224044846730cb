import type { ActorDraft, EventDraft, SourceDraft, TargetDraft } from '@attestlog/client';
import { bounds, type Json, type JsonObject } from '@attestlog/event/sdk';
import { redactId, soundText } from '../bodies/redact.js';
import type { SecretNames } from '../bodies/secret-names.js';
import type { RoutePlan } from '../route/route-plan.js';
import { outcomeOfRequest, type RequestEnding, reasonOfRequest } from './outcome.js';

/** What a request was: all that an event of it is made from. */
export interface RequestFacts {
  readonly plan: RoutePlan;
  readonly ending: RequestEnding;
  /** The values of the pattern's parameters, decoded. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly actor: ActorDraft | undefined;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly sessionId: string | undefined;
  readonly requestId: string | undefined;
  readonly correlationId: string | undefined;
  readonly traceId: string | undefined;
  /** The chosen parts of the bodies, redacted. */
  readonly request: Json | undefined;
  readonly response: Json | undefined;
}

/**
 * The event of a request. Depends on nothing but the facts. Of what the client sent it holds the method, the parameters
 * that identify things, the user agent and what was chosen of the bodies; not the URL, not the query, no other header.
 */
export function eventOfRequest(facts: RequestFacts, secrets: SecretNames): EventDraft {
  const { plan, ending } = facts;
  const { audit } = plan;
  // Field by field: copies of a whole object would cost more than all the rest.
  const event: EventDraft = { time: timeText(facts.startMs), action: plan.action };
  if (plan.operation !== undefined) event.operation = plan.operation;
  if (audit.category !== undefined) event.category = audit.category;
  if (facts.actor !== undefined) event.actor = facts.actor;
  if (plan.targets.length > 0) event.targets = targetsOf(facts, secrets);
  event.outcome = outcomeOfRequest(ending);
  if (event.outcome !== 'success') event.reason = reasonOfRequest(ending);
  if (audit.severity !== undefined) event.severity = audit.severity;
  if (audit.class !== undefined) event.class = audit.class;
  const source = sourceOf(facts);
  if (source !== undefined) event.source = source;
  if (facts.sessionId !== undefined) event.session_id = facts.sessionId;
  if (facts.requestId !== undefined) event.request_id = facts.requestId;
  if (facts.correlationId !== undefined) event.correlation_id = facts.correlationId;
  if (facts.traceId !== undefined) event.trace_id = facts.traceId;
  if (facts.request !== undefined) event.request = facts.request;
  if (facts.response !== undefined) event.response = facts.response;
  event.metadata = { http: httpOf(facts) };
  return event;
}

/** The last time that was written: many requests of one millisecond share it. */
let written = { ms: Number.NaN, text: '' };

function timeText(ms: number): string {
  if (written.ms !== ms) written = { ms, text: new Date(ms).toISOString() };
  return written.text;
}

function sourceOf({ address, userAgent }: RequestFacts): SourceDraft | undefined {
  if (address === undefined && userAgent === undefined) return undefined;
  const source: SourceDraft = {};
  if (address !== undefined) source.ip = address;
  if (userAgent !== undefined) source.user_agent = cut(userAgent, bounds.USER_AGENT_MAX_CHARS);
  return source;
}

const METHOD_MAX_CHARS = 32;

function httpOf({ plan, ending, durationMs }: RequestFacts): JsonObject {
  const http: JsonObject = { method: cut(plan.method, METHOD_MAX_CHARS) };
  if (plan.pattern !== undefined) http.route = plan.pattern;
  if (ending.status !== undefined) http.status = ending.status;
  http.duration_ms = Math.round(durationMs * 1000) / 1000;
  if (ending.aborted) http.aborted = true;
  return http;
}

function targetsOf({ plan, parameters }: RequestFacts, secrets: SecretNames): TargetDraft[] {
  return plan.targets.map(({ type, parameter }) => {
    const id = parameter === undefined ? undefined : idOf(parameter, parameters, secrets);
    return id === undefined ? { type } : { type, id };
  });
}

/** A parameter's value as an id; undefined for one that is absent, a secret by its name, or longer than an id may be. */
function idOf(name: string, parameters: RequestFacts['parameters'], secrets: SecretNames): string | undefined {
  if (secrets.has(name) || !Object.hasOwn(parameters, name)) return undefined;
  const value = parameters[name];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (text === '' || text.length > bounds.REFERENCE_MAX_CHARS) return undefined;
  return redactId(soundText(text));
}

function cut(text: string, maxChars: number): string {
  return soundText(text.length <= maxChars ? text : text.slice(0, maxChars));
}

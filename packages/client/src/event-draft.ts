import type {
  EventClass,
  FileChange,
  FileModification,
  Json,
  JsonObject,
  Operation,
  Outcome,
  Severity,
} from '@attestlog/event/sdk';

/** A party: a person, a service, a software agent. At least one field. */
export interface PartyDraft {
  /** What kind of party: user, service, role, system, agent, api_key … */
  type?: string | undefined;
  /** Identifier that stays the same when names change. */
  id?: string | undefined;
  /** Name for people. Personal: sealed by default. */
  name?: string | undefined;
  /** E-mail address. Personal: sealed by default. */
  email?: string | undefined;
}

/** Who did it. At least one field. */
export interface ActorDraft extends PartyDraft {
  /** For whom the actor acted: the user an agent served, the impersonated user. */
  on_behalf_of?: PartyDraft | undefined;
}

/** A thing that was acted on. At least one field. */
export interface TargetDraft {
  /** Kind of thing: order, user, bucket … */
  type?: string | undefined;
  id?: string | undefined;
  name?: string | undefined;
}

/** From where it was done, and what recorded it. */
export interface SourceDraft {
  /** IPv4 or IPv6 address without a port. Personal: sealed by default. */
  ip?: string | undefined;
  user_agent?: string | undefined;
  /** Service that recorded or handled it. */
  service?: string | undefined;
  host?: string | undefined;
  process?: string | undefined;
  region?: string | undefined;
  /** Software agent that acted, e.g. a code-generation agent. */
  agent_id?: string | undefined;
  /** Task the software agent worked on. */
  task_id?: string | undefined;
  version?: string | undefined;
}

/** The file, when the event is about one. Sizes in bytes. */
export interface FileDraft {
  path?: string | undefined;
  previous_path?: string | undefined;
  /** SHA-256 as hex, or another checksum. */
  checksum?: string | undefined;
  previous_checksum?: string | undefined;
  size?: number | undefined;
  change?: FileChange | undefined;
  modification?: FileModification | undefined;
  /** Unified diff. */
  diff?: string | undefined;
  lines_added?: number | undefined;
  lines_removed?: number | undefined;
}

/**
 * An event as an application writes it: the fields that the server accepts, and no others. What it leaves out (id,
 * time, context) the client fills in. Written out by hand, so that an application's compiler needs no schema library;
 * a test holds it equal to the schema.
 */
export interface EventDraft {
  /** The same id is recorded once. Made when absent (UUIDv7). At most 128 visible ASCII characters. */
  id?: string | undefined;
  /** When it happened: RFC 3339 with an offset, up to nanoseconds. The time of the call when absent. */
  time?: string | undefined;
  /** What was done, as noun.verb: `order.approve`. */
  action: string;
  /** Kind of action, for policies and filters. Never guessed. */
  operation?: Operation | undefined;
  /** Group of actions, e.g. authentication. */
  category?: string | undefined;
  actor?: ActorDraft | undefined;
  /** What was acted on; at most 64. */
  targets?: TargetDraft[] | undefined;
  /** How it ended. denied: it was not allowed. */
  outcome?: Outcome | undefined;
  /** Why it ended so: an error code or a short text. */
  reason?: string | undefined;
  severity?: Severity | undefined;
  source?: SourceDraft | undefined;
  session_id?: string | undefined;
  request_id?: string | undefined;
  /** Joins events of several services. */
  correlation_id?: string | undefined;
  /** W3C trace context: 32 hex digits. */
  trace_id?: string | undefined;
  /** A sentence for people; searched by word. */
  message?: string | undefined;
  /** State of the target before and after. */
  changes?: { before?: Json | undefined; after?: Json | undefined } | undefined;
  /** Data of the request. Any JSON. */
  request?: Json | undefined;
  /** Data of the response. Any JSON. */
  response?: Json | undefined;
  file?: FileDraft | undefined;
  /** Retention class; the server's policy sets it when absent. */
  class?: EventClass | undefined;
  /** Days to keep the event, when it differs from the policy. */
  retention_days?: number | undefined;
  /** Anything else, as an object. Searchable by path. */
  metadata?: JsonObject | undefined;
}

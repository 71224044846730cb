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

/** Stands where a personal value was sealed: a salted SHA-256 of it. What the reader may see stands in `personal`. */
export interface SealedValue {
  $sealed: string;
}

/** Stands where a payload was too large for its entry: `blob` fetches it by its hash. */
export interface BlobReference {
  $blob: { sha256: string; bytes: number; media_type: 'application/json' | 'text/plain' };
}

type Sealable = string | SealedValue;

export interface RecordedParty {
  type?: string;
  id?: string;
  name?: Sealable;
  email?: Sealable;
}

export interface RecordedActor extends RecordedParty {
  /** For whom the actor acted. */
  on_behalf_of?: RecordedParty;
}

export interface RecordedTarget {
  type?: string;
  id?: string;
  name?: Sealable;
}

export interface RecordedSource {
  ip?: Sealable;
  user_agent?: Sealable;
  service?: string;
  host?: Sealable;
  process?: string;
  region?: string;
  agent_id?: string;
  task_id?: string;
  version?: string;
}

export interface RecordedFile {
  path?: Sealable;
  previous_path?: Sealable;
  checksum?: string;
  previous_checksum?: string;
  size?: number;
  change?: FileChange;
  modification?: FileModification;
  diff?: Sealable | BlobReference;
  lines_added?: number;
  lines_removed?: number;
}

/**
 * An event as the log has it: the entry, with commitments in the place of what is sealed, and references in the place of
 * what was too large. Written out by hand, so that an application's compiler needs no schema library; a test holds it equal
 * to the schema.
 */
export interface RecordedEvent {
  id: string;
  /** When it happened, RFC 3339 in UTC. */
  time: string;
  /** When the server received it, in UTC with nanoseconds. */
  received_at: string;
  action: string;
  operation?: Operation;
  category?: string;
  actor?: RecordedActor;
  targets?: RecordedTarget[];
  outcome?: Outcome;
  reason?: Sealable;
  severity?: Severity;
  source?: RecordedSource;
  session_id?: string;
  request_id?: string;
  correlation_id?: string;
  trace_id?: string;
  message?: Sealable;
  changes?: { before?: Json; after?: Json } | BlobReference;
  /** Any JSON, or a {@link BlobReference}. */
  request?: Json;
  response?: Json;
  file?: RecordedFile;
  class?: EventClass;
  retention_days?: number;
  metadata?: JsonObject;
}

import type { PolicySettings } from '@attestlog/event/sdk';
import type { Actions } from '../actions/define-actions.js';
import type { AuditContext } from '../context/audit-context.js';
import type { Durability } from '../delivery/delivery.js';
import type { SourceDraft } from '../event-draft.js';
import type { InvalidMetadata } from '../prepare/check-metadata.js';

/** A key, or what gives the one to use now: asked for each request, and again when the server rejected the last. */
export type Credential = string | ((reason: 'request' | 'rejected') => string | Promise<string>);

/** Options of writing on every platform. Each has a default but for where the server is and by what right. */
export interface WritingOptions<Declared extends Actions = Actions> {
  /** Base URL of the server. Also `ATTESTLOG_URL`. */
  readonly url?: string | undefined;
  /** A key with the right to write. Also `ATTESTLOG_KEY`. */
  readonly apiKey?: Credential | undefined;
  /** Whose log it is; the credential's tenant when absent. Also `ATTESTLOG_TENANT`. */
  readonly tenant?: string | undefined;
  /** Name of the application: `source.service` of every event that does not say otherwise. */
  readonly service?: string | undefined;
  /** The rest of the source, field by field under that of an event. */
  readonly source?: SourceDraft | undefined;
  /** The application's actions, so that the compiler checks each call: see `defineActions`. */
  readonly actions?: Declared | undefined;
  /** What is recorded and how it is handed over. Wins over the variables `AUDIT_TRAIL_…`, setting by setting. */
  readonly policy?: PolicySettings | undefined;
  /** Where the variables are read; `{}` reads none. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Gives the context of an event that the surrounding work has none for. Asked for each event. */
  readonly context?: (() => AuditContext | undefined) | undefined;
  /** Default `keep`: the compiler checks metadata, and an event is worth more than its form. */
  readonly invalidMetadata?: InvalidMetadata | undefined;
  /** Told what would have been thrown: an error of the client, or of a getter or a validator of the application. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** The longest that an event waits in memory for others. Wins over the policy's interval. */
  readonly flushIntervalMs?: number | undefined;
  /** So many events are sent at once. Wins over the policy's number. */
  readonly flushEvents?: number | undefined;
  /** Size of a request's body before compression. Default 1 MiB. */
  readonly batchMaxBytes?: number | undefined;
  /** Events in memory at most. Default 10,000, and at least four times `flushEvents`. */
  readonly bufferMaxEvents?: number | undefined;
  /** Default 32 MiB. */
  readonly bufferMaxBytes?: number | undefined;
  /** Default 10,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long `close` tries to deliver. Default 5,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Default 200. */
  readonly retryMinDelayMs?: number | undefined;
  /** Default 30,000. */
  readonly retryMaxDelayMs?: number | undefined;
  /** Compress bodies with gzip. Default true. */
  readonly compress?: boolean | undefined;
  /** In the place of the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Options of the client on Node, Bun and Deno. */
export interface ClientOptions<Declared extends Actions = Actions> extends WritingOptions<Declared> {
  /**
   * What the promise of a call means: see {@link Durability}. Also `ATTESTLOG_DURABILITY`. Default `memory`; `server`
   * when the policy's `async` is false.
   */
  readonly durability?: Durability | undefined;
  /** For `disk`. Its folder also by `ATTESTLOG_SPOOL`. */
  readonly spool?: SpoolSettings | undefined;
  /** A file of the events that the server refuses for good. Default for `disk`: `dead-letters` beside the spool; else none. */
  readonly deadLetters?: { readonly folder: string; readonly maxBytes?: number | undefined } | undefined;
  /** Deliver what is in memory when Node has nothing else to do. Default true. */
  readonly flushOnExit?: boolean | undefined;
  /** Signals at which the client closes, and lets the process end as the signal would have. Default none. */
  readonly closeOnSignals?: readonly ('SIGTERM' | 'SIGINT' | 'SIGHUP')[] | undefined;
}

export interface SpoolSettings {
  /** Shared by all processes of the application that write for the same server. */
  readonly folder?: string | undefined;
  /** Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Default 8 MiB. */
  readonly segmentMaxBytes?: number | undefined;
  /**
   * Longest time until written events are forced to stable storage. 0: before each call resolves. Infinity: when the
   * system likes, which a kill survives, but not a power cut. Default 1,000.
   */
  readonly syncIntervalMs?: number | undefined;
}

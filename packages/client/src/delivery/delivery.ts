import type { LogOutcome } from '../audit-log.js';
import type { EventDraft } from '../event-draft.js';

/**
 * - `memory`: gathered in memory and sent together; what was not yet sent is gone when the process is killed.
 * - `disk`: in a file of this machine when the call resolves, which survives the process; sent from there.
 * - `server`: the call resolves when the server has the event on stable storage.
 */
export const durabilities = ['memory', 'disk', 'server'] as const;
export type Durability = (typeof durabilities)[number];

/** An event with all that the client adds, as it is sent. */
export interface ReadyEvent {
  /** The event's id, which also stands in the text: a repeat is the same event. */
  readonly id: string;
  /** The event as canonical JSON (RFC 8785): one object on one line, with `id` and `time`. */
  readonly json: string;
  /** Whose log it is for; undefined: `server.tenant`'s. A request carries events of one tenant only. */
  readonly tenant?: string | undefined;
}

/**
 * Brings events to the server: everything behind `log()`. Owns the buffer, the spool, the requests and their retries,
 * the dead letters and the account of what was lost. Never throws, and no promise of it rejects except `flush`'s when
 * its signal is aborted.
 */
export interface Delivery {
  /**
   * Takes an event over. `memory` answers without a promise, so that a call costs microseconds.
   * After `close` it answers `dropped`.
   */
  accept(event: ReadyEvent): LogOutcome | Promise<LogOutcome>;
  /**
   * Resolves when everything accepted before the call is acknowledged, refused or dropped. Sends at once: without
   * waiting for the flush interval.
   */
  flush(options?: { signal?: AbortSignal }): Promise<void>;
  /** Flushes for at most `closeTimeoutMs`, then gives back timers, files and locks. May be called twice. */
  close(): Promise<void>;
  /** A snapshot, cheap enough to take every second. */
  stats(): DeliveryStats;
  /**
   * Hands what is in memory to requests that outlive the page (`fetch` with `keepalive`, which browsers bound to
   * 64 KiB in flight). For the web entry; absent where there is no page.
   */
  flushOnPageHide?(): void;
}

/** Counts since the client was made; sizes are of now. */
export interface DeliveryStats {
  /** Accepted by `accept`, including what was later dropped or refused. */
  readonly accepted_events: number;
  /** Acknowledged by the server, repeats of events that it had already included. */
  readonly acknowledged_events: number;
  /** Not taken or thrown out at a bound, by reason. Gaps are reported to the server from these. */
  readonly dropped_events: Readonly<Record<DropReason, number>>;
  /** Left out by the server's policy for the tenant, which counts them. */
  readonly left_out_events: number;
  /** Refused by the server for good, now dead letters. */
  readonly refused_events: number;
  /** In memory, the ones in requests under way included. */
  readonly buffered_events: number;
  readonly buffered_bytes: number;
  /** On disk and not yet acknowledged; 0 without a spool. */
  readonly spooled_events: number;
  readonly spooled_bytes: number;
  /** Age of the oldest event that waits to be acknowledged, by its own time; 0 when none waits. */
  readonly oldest_waiting_ms: number;
  readonly requests: number;
  readonly failed_requests: number;
  readonly retries: number;
  readonly sent_bytes: number;
  /** How the last request ended. `unknown` before the first. */
  readonly connection: 'unknown' | 'up' | 'down';
  /** The last failure in words without secrets or events. */
  readonly last_error?: { readonly code: string; readonly message: string; readonly at_ms: number };
  /** Milliseconds since 1970 of the last acknowledgement. */
  readonly last_acknowledged_ms?: number;
}

/**
 * `buffer_full`, `spool_full`: a bound. `disk_error`: the spool could not be written. `damaged`: the spool did not give
 * back what was written. `closed`: after or at `close`.
 */
export const dropReasons = ['buffer_full', 'spool_full', 'disk_error', 'damaged', 'closed'] as const;
export type DropReason = (typeof dropReasons)[number];

/** What the delivery tells whoever listens. Handlers must not throw; what they throw is ignored. */
export type DeliveryNotice =
  | { readonly type: 'delivered'; readonly events: number; readonly bytes: number; readonly duration_ms: number }
  | { readonly type: 'retry'; readonly attempt: number; readonly wait_ms: number; readonly code: string }
  | { readonly type: 'dropped'; readonly events: number; readonly reason: DropReason }
  /** The server will never take it; `reason` names the problem and the field, never a value. */
  | { readonly type: 'refused'; readonly id: string; readonly code: string; readonly reason: string }
  | { readonly type: 'connection'; readonly state: 'up' | 'down'; readonly code?: string }
  /** An event that tells of lost ones was put into the queue. */
  | { readonly type: 'gap'; readonly id: string; readonly events: number }
  /** The spool of a process that has ended was taken over. */
  | { readonly type: 'adopted'; readonly spool: string; readonly bytes: number }
  /** Bytes of a spool's segment are no events any more: cut off at its end by a power cut, or changed by whatever. */
  | { readonly type: 'damage'; readonly segment: string; readonly lines: number; readonly is_torn_end: boolean };

/** What a delivery needs of its surroundings, so that tests own time, chance and the network. */
export interface DeliveryWorld {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** 0 to below 1, for jitter. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
  /** The returned function cancels. A pending timer does not keep the process alive. */
  readonly after: (delayMs: number, work: () => void) => () => void;
  /** Gives id and time to an event of the client's own (a gap) and writes it. */
  readonly stamp: (event: EventDraft, tenant?: string) => ReadyEvent;
  readonly notify: (notice: DeliveryNotice) => void;
}

/** Where events go and by what right. */
export interface ServerAddress {
  /** Base URL of the server, without a slash at its end: `https://audit.example.com`. */
  readonly url: string;
  /** Asked for each request, and again after a 401: a key that expires is renewed here. */
  readonly credential: (reason: 'request' | 'rejected') => string | Promise<string>;
  /** Sent as `X-Tenant-Id`; without it the credential's tenant. */
  readonly tenant: string | undefined;
}

/** All bounds; `resolveOptions` in the client gives each its default. */
export interface DeliveryOptions {
  readonly durability: Durability;
  readonly server: ServerAddress;
  /** The longest that an event waits for others, from the first one in the buffer. 0: none waits (`BUFFER_ENABLED=false`). */
  readonly flushIntervalMs: number;
  /** A batch of so many events is sent at once. */
  readonly flushEvents: number;
  readonly batchMaxBytes: number;
  /** In memory at most; beyond them events are dropped and counted. */
  readonly bufferMaxEvents: number;
  readonly bufferMaxBytes: number;
  readonly requestTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly retryMinDelayMs: number;
  readonly retryMaxDelayMs: number;
  readonly compress: boolean;
  /** Needed for `disk`. */
  readonly spool: SpoolOptions | undefined;
  /** Folder of the file of refused events; undefined: they are only told and counted. */
  readonly deadLetters: { readonly folder: string; readonly maxBytes: number } | undefined;
}

export interface SpoolOptions {
  /** Shared by the processes of one application that send to the same tenant. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentMaxBytes: number;
  /** Longest time until written events are forced to stable storage. 0: before each call resolves. */
  readonly syncIntervalMs: number;
}

/** `delivery/create-delivery.ts` (Node) and `delivery/memory-delivery.ts` (any platform) export one of these. */
export type CreateDelivery = (options: DeliveryOptions, world: DeliveryWorld) => Delivery;

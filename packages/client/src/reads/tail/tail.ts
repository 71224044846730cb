import type { AttestlogError } from '../attestlog-error.js';
import { backoffMs } from '../http/backoff.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { Endable } from './endable.js';
import { Lost, openTail, type TailEvent, type TailQuery } from './tail-connection.js';

/** How a log is followed. */
export interface TailOptions extends CallOptions {
  /** Told where the stream begins, once, before its first event; waited for. */
  readonly onStart?: ((next: number) => void | Promise<void>) | undefined;
  /** Told that the connection broke, and another one is made. */
  readonly onLost?: ((error: AttestlogError) => void) | undefined;
  /**
   * Told where to go on, when the loop comes back after an event and with each heartbeat: everything before it was taken
   * or does not fit. Keep it, and a later `tail({ from })` goes on there.
   */
  readonly onPosition?: ((next: number) => void) | undefined;
  /** Connections that may fail one after the other; 12 if absent, which takes about two minutes. */
  readonly maxFailures?: number | undefined;
}

/** Following a log. */
export interface Tailing {
  /**
   * The events of the log in its order, each once, and then those that are sealed, until the loop is left. A connection
   * that breaks is made anew and goes on where it was. Reads no faster than the loop takes: a slow one misses nothing,
   * and costs the server no more than its place in the log.
   *
   * @throws AttestlogError when the server refuses, cannot be reached at first, or stays away; the signal's reason
   */
  tail(query?: TailQuery, options?: TailOptions): AsyncGenerator<TailEvent, void, undefined>;
}

const MAX_FAILURES = 12;

/** {@link Tailing} on a server. */
export function tailing(http: ReadHttp): Tailing {
  return {
    tail: (query = {}, options = {}) =>
      new Endable(options.signal, (signal) => tail(http, query, { ...options, signal })),
  };
}

async function* tail(
  http: ReadHttp,
  query: TailQuery,
  { signal, reason, onStart, onLost, onPosition, maxFailures = MAX_FAILURES }: TailOptions,
): AsyncGenerator<TailEvent, void, undefined> {
  let next: number | undefined;
  for (let failures = 0; ; ) {
    try {
      for await (const received of openTail(http, query, next, { signal, reason })) {
        failures = 0;
        if (next === undefined) await onStart?.(received.event?.index ?? received.next);
        // What is behind stays there, also where a server says it again.
        else if (received.event !== undefined && received.next <= next) continue;
        if (received.event !== undefined) yield received.event;
        next = Math.max(next ?? 0, received.next);
        onPosition?.(next);
      }
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Lost)) throw error;
      failures += 1;
      if (next === undefined || failures > maxFailures) throw error.why;
      onLost?.(error.why);
      await http.runtime.sleep(backoffMs(failures, http.runtime.random(), error.why.retryAfterMs), signal);
    }
  }
}

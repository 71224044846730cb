import { type AuditContext, type AuditLog, currentContext, type EventDraft, type LogOutcome } from '@attestlog/client';

export interface CollectedEvent {
  readonly event: EventDraft;
  /** What `log()` would have put under the event. */
  readonly context: AuditContext;
}

/** An audit log that keeps what it is given, and fails as it is told. */
export class CollectingLog implements AuditLog {
  readonly collected: CollectedEvent[] = [];
  failure: 'none' | 'throws' | 'rejects' = 'none';
  recorded: ((event: { operation?: unknown }) => boolean) | undefined;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  log(event: EventDraft): Promise<LogOutcome> {
    if (this.failure === 'throws') throw new Error('The audit log is broken.');
    if (this.failure === 'rejects') return Promise.reject(new Error('The audit log is broken.'));
    const { actor, tenant, request_id, session_id, correlation_id, trace_id, span_id } = currentContext() ?? {};
    const context = { actor, tenant, request_id, session_id, correlation_id, trace_id, span_id };
    this.collected.push({ event, context });
    for (const { count, resolve } of this.#waiting) if (this.collected.length >= count) resolve();
    return Promise.resolve({ id: String(this.collected.length), state: 'buffered' });
  }

  wouldRecord(event: { operation?: unknown }): boolean {
    return this.recorded === undefined || this.recorded(event);
  }

  /** Resolves when so many events are there, counted from the last {@link clear}. */
  async until(count: number): Promise<readonly CollectedEvent[]> {
    if (this.collected.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.collected;
  }

  clear(): void {
    this.collected.length = 0;
    this.#waiting.length = 0;
    this.failure = 'none';
    this.recorded = undefined;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

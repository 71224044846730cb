import { type ActorDraft, type AuditContext, type traceOf, withContext } from '@attestlog/client';
import type { RequestClock, RouteAudit } from '../request-audit-options.js';
import type { RequestEnding } from './outcome.js';

/** Who a record asks about its request, and tells that it is over. Throws nothing. */
export interface RequestAuditor<Request> {
  readonly clock: RequestClock;
  /** Whether a record is the context of what runs in it. */
  readonly isContext: boolean;
  actorOf(request: Request): ActorDraft | undefined;
  tenantOf(request: Request): string | undefined;
  sessionOf(request: Request): string | undefined;
  requestId(request: Request): string;
  correlationId(request: Request): string | undefined;
  trace(request: Request): ReturnType<typeof traceOf>;
  record(record: RequestRecord<Request>, ending: RequestEnding): void;
}

/** A request from its start to its one event. It is the context of all that is logged meanwhile. */
export class RequestRecord<Request> implements AuditContext {
  readonly request: Request;
  readonly startMs: number;
  readonly startMonotonicMs: number;
  readonly #audit: RequestAuditor<Request>;
  /** The body of the answer, as far as the application gave it as a value. */
  responseBody: unknown;
  /** The body of the request, where the framework's request does not keep it. */
  requestBody: unknown;
  /** What the route says of itself, as a decorator does. */
  routeAudit: RouteAudit | undefined;
  error: unknown;
  hasError = false;
  #isEnded = false;
  #actor: ActorDraft | undefined;
  #tenant: string | undefined;
  #session: string | undefined;
  #requestId: string | undefined;
  /** null: the request says nothing of it. */
  #correlationId: string | null | undefined;
  #trace: ReturnType<typeof traceOf> | null | undefined;

  constructor(audit: RequestAuditor<Request>, request: Request) {
    this.#audit = audit;
    this.request = request;
    this.startMs = audit.clock.nowMs();
    this.startMonotonicMs = audit.clock.monotonicMs();
  }

  // The context: read when something is logged, so that it holds what authentication has found out meanwhile.

  get actor(): ActorDraft | undefined {
    this.#actor ??= this.#audit.actorOf(this.request);
    return this.#actor;
  }

  get tenant(): string | undefined {
    this.#tenant ??= this.#audit.tenantOf(this.request);
    return this.#tenant;
  }

  get session_id(): string | undefined {
    this.#session ??= this.#audit.sessionOf(this.request);
    return this.#session;
  }

  get request_id(): string {
    this.#requestId ??= this.#audit.requestId(this.request);
    return this.#requestId;
  }

  get correlation_id(): string | undefined {
    if (this.#correlationId === undefined) this.#correlationId = this.#audit.correlationId(this.request) ?? null;
    return this.#correlationId ?? undefined;
  }

  get trace_id(): string | undefined {
    return this.#traceOfRequest()?.trace_id;
  }

  get span_id(): string | undefined {
    return this.#traceOfRequest()?.span_id;
  }

  #traceOfRequest(): ReturnType<typeof traceOf> | null {
    if (this.#trace === undefined) this.#trace = this.#audit.trace(this.request) ?? null;
    return this.#trace;
  }

  /** Runs a part of the request's handling, so that what is logged in it is of this request, where that is wanted. */
  run<Result>(work: () => Result): Result {
    return this.#audit.isContext ? withContext(this, work) : work();
  }

  /** Notes what the application threw; the first counts, as what follows is how it was answered. */
  noteError(error: unknown): void {
    if (this.hasError) return;
    this.hasError = true;
    this.error = error;
  }

  /**
   * The request is over. Only the first call makes an event, and it throws nothing.
   *
   * @param status of the answer; undefined when none was begun
   */
  end(status: number | undefined, aborted: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#audit.record(this, { status, aborted, error: this.error, hasError: this.hasError });
  }
}

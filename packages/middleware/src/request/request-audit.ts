import { type ActorDraft, type AuditLog, type EventDraft, inContext, traceOf } from '@attestlog/client';
import { chosenParts, readChoice } from '../bodies/chosen-parts.js';
import { SecretNames } from '../bodies/secret-names.js';
import type { BodyParts, RequestAuditOptions, RequestClock } from '../request-audit-options.js';
import type { RoutePlan } from '../route/route-plan.js';
import { RoutePlans } from '../route/route-plans.js';
import { TrustedProxies } from './client-address.js';
import { eventOfRequest } from './event-of-request.js';
import { outcomeOfRequest, type RequestEnding } from './outcome.js';
import type { RequestReader } from './request-reader.js';
import { type RequestAuditor, RequestRecord } from './request-record.js';

const systemClock: RequestClock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** The longest id that is taken from a header. */
const HEADER_ID_MAX_CHARS = 128;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Makes one event of each request of an application, whatever its framework. It never throws into a request and never
 * keeps one waiting: what goes wrong is told to `onError`.
 */
export class RequestAudit<Request> implements RequestAuditor<Request> {
  readonly clock: RequestClock;
  /** Whether some route of the options has bodies recorded: adapters catch none otherwise. */
  readonly wantsResponses: boolean;
  readonly isContext: boolean;
  readonly #log: AuditLog;
  readonly #options: RequestAuditOptions<Request>;
  readonly #reader: RequestReader<Request>;
  readonly #plans: RoutePlans;
  readonly #proxies: TrustedProxies;
  readonly #secrets: SecretNames;

  /** @throws {TypeError} for options that cannot be meant */
  constructor(log: AuditLog, options: RequestAuditOptions<Request>, reader: RequestReader<Request>) {
    this.#log = log;
    this.#options = options;
    this.#reader = reader;
    this.#plans = new RoutePlans(options);
    this.#proxies = new TrustedProxies(options.trustedProxies ?? [], options.addressHeader ?? 'x-forwarded-for');
    this.#secrets = new SecretNames(options.secretNames);
    this.clock = options.clock ?? systemClock;
    this.isContext = options.context ?? true;
    const routes = Object.values(options.routes ?? {});
    for (const { request = [], response = [] } of routes) readChoice([...request, ...response]);
    this.wantsResponses = routes.some(({ response = [] }) => response.length > 0);
  }

  begin(request: Request): RequestRecord<Request> {
    return new RequestRecord(this, request);
  }

  /** What is to be recorded of a route. */
  plan(method: string, pattern: string | undefined): RoutePlan {
    return this.#plans.find(method, pattern);
  }

  actorOf(request: Request): ActorDraft | undefined {
    return this.#asked(() => this.#options.actor?.(request));
  }

  tenantOf(request: Request): string | undefined {
    return this.#asked(() => this.#options.tenant?.(request));
  }

  sessionOf(request: Request): string | undefined {
    return this.#asked(() => this.#options.session?.(request));
  }

  /** The proxies' id of the request, or a new one: what a client says of itself could join it with another's. */
  requestId(request: Request): string {
    return this.#idFromProxy(request, 'x-request-id') ?? crypto.randomUUID();
  }

  correlationId(request: Request): string | undefined {
    return this.#idFromProxy(request, 'x-correlation-id');
  }

  trace(request: Request): ReturnType<typeof traceOf> {
    return traceOf(this.#reader.header(request, 'traceparent'));
  }

  /** Makes and logs the event of a request that is over, if it is to be recorded. */
  record(record: RequestRecord<Request>, ending: RequestEnding): void {
    try {
      const { request } = record;
      const method = this.#reader.method(request);
      const plan = this.#plans.find(method, this.#reader.route(request), record.routeAudit);
      if (!plan.record) return;
      if (this.#log.wouldRecord?.(plan.sketches[outcomeOfRequest(ending)]) === false) return;
      const event = this.#adjusted(this.#eventOf(record, plan, ending), request);
      if (event !== undefined) inContext(record, () => this.#write(event));
    } catch (error) {
      this.#tell(error);
    }
  }

  #eventOf(record: RequestRecord<Request>, plan: RoutePlan, ending: RequestEnding): EventDraft {
    const { request } = record;
    const reader = this.#reader;
    const facts = {
      plan,
      ending,
      parameters: plan.targets.some(({ parameter }) => parameter !== undefined) ? reader.parameters(request) : {},
      startMs: record.startMs,
      durationMs: this.clock.monotonicMs() - record.startMonotonicMs,
      actor: record.actor,
      address: this.#address(request),
      userAgent: reader.header(request, 'user-agent'),
      sessionId: record.session_id,
      requestId: record.request_id,
      correlationId: record.correlation_id,
      traceId: record.trace_id,
      request: this.#parts(plan.request, () => record.requestBody ?? reader.requestBody(request)),
      response: this.#parts(plan.response, () => record.responseBody),
    };
    return eventOfRequest(facts, this.#secrets);
  }

  /** A body that cannot be read, or whose parts throw, costs the event no more than the body. */
  #parts(parts: BodyParts, body: () => unknown): ReturnType<typeof chosenParts> {
    if (parts.length === 0) return undefined;
    try {
      return chosenParts(body(), parts, this.#secrets);
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  #adjusted(event: EventDraft, request: Request): EventDraft | undefined {
    if (this.#options.adjust === undefined) return event;
    try {
      return this.#options.adjust(event, request);
    } catch (error) {
      this.#tell(error);
      return event;
    }
  }

  #write(event: EventDraft): void {
    this.#log.log(event).catch((error: unknown) => this.#tell(error));
  }

  #address(request: Request): string | undefined {
    const header = this.#reader.header(request, this.#proxies.header);
    return this.#proxies.clientAddress(this.#reader.peerAddress(request), header);
  }

  #idFromProxy(request: Request, header: string): string | undefined {
    const value = this.#reader.header(request, header);
    if (value === undefined || value.length > HEADER_ID_MAX_CHARS || !VISIBLE_ASCII.test(value)) return undefined;
    return this.#proxies.trusts(this.#reader.peerAddress(request)) ? value : undefined;
  }

  /** What the application throws is told, and counts as no answer. */
  #asked<Answer>(question: () => Answer): Answer | undefined {
    try {
      return question();
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  #tell(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Whoever is told of failures cannot make one of a request.
    }
  }
}

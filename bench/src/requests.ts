import { makeEvent, TENANTS, tenantName } from './events.js';
import { renewEvent, timeTextNow } from './outgoing-event.js';
import { Random } from './random.js';

/** A prepared HTTP request, used again and again with new ids and times. */
export interface PreparedRequest {
  bytes: Buffer;
  /** Where each of its events begins in `bytes`. */
  eventStarts: readonly number[];
}

export interface RequestPlan {
  /** `single`: POST /api/v1/events. `batch`: POST /api/v1/events/batch. */
  kind: 'single' | 'batch';
  eventsPerRequest: number;
  /** How many different requests are prepared. */
  requests: number;
  /** All events to this tenant; otherwise one request after the other goes to the next of {@link TENANTS}. */
  tenant?: string;
  key: string;
  seed: number;
}

/** Prepares requests outside of the measured time. */
export function prepareRequests(plan: RequestPlan): PreparedRequest[] {
  const random = new Random(plan.seed);
  return Array.from({ length: plan.requests }, (_, number) =>
    prepareRequest(plan, plan.tenant === undefined ? number % TENANTS : undefined, random),
  );
}

function prepareRequest(plan: RequestPlan, number: number | undefined, random: Random): PreparedRequest {
  const tenant = plan.tenant ?? tenantName(number ?? 0);
  const events = Array.from({ length: plan.eventsPerRequest }, () => JSON.stringify(makeEvent(random, number)));
  const body = plan.kind === 'single' ? events[0]! : `[${events.join(',')}]`;
  const head = [
    `POST /api/v1/events${plan.kind === 'batch' ? '/batch' : ''} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `authorization: Bearer ${plan.key}`,
    `x-tenant-id: ${tenant}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${body}`);
  const eventStarts: number[] = [];
  let at = head.length + 4 + (plan.kind === 'batch' ? 1 : 0);
  for (const event of events) {
    eventStarts.push(at);
    at += Buffer.byteLength(event) + 1;
  }
  return { bytes, eventStarts };
}

/** Gives all events of a request new ids and the present as their time. */
export function renewRequest({ bytes, eventStarts }: PreparedRequest): void {
  const time = timeTextNow();
  for (const start of eventStarts) renewEvent(bytes, start, time);
}

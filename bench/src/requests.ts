import { makeEvent, TENANTS, tenantName } from './events.js';
import { digitsOfIds, renewDigits, renewEvent, timeTextAt } from './outgoing-event.js';
import { Random } from './random.js';

/** A prepared HTTP request, used again and again with new ids and times. */
export interface PreparedRequest {
  bytes: Buffer;
  /** Where each of its events begins in `bytes`. */
  eventStarts: readonly number[];
  /** Where the digits are of ids that are new each time, beside those of the events themselves. */
  digits: Uint32Array;
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
  /** Sessions, requests, traces and targets are others each time, as they are where searches are measured. */
  freshIds?: true;
  /** Stands, with the number of the request behind it, in the message of the first event of each prepared request. */
  rareWord?: string;
}

/** Prepares requests outside of the measured time. */
export function prepareRequests(plan: RequestPlan): PreparedRequest[] {
  const random = new Random(plan.seed);
  return Array.from({ length: plan.requests }, (_, number) => prepareRequest(plan, number, random));
}

/** @param place of the request among the prepared ones */
function prepareRequest(plan: RequestPlan, place: number, random: Random): PreparedRequest {
  const number = plan.tenant === undefined ? place % TENANTS : undefined;
  const tenant = plan.tenant ?? tenantName(number ?? 0);
  const made = Array.from({ length: plan.eventsPerRequest }, () => makeEvent(random, number));
  if (plan.rareWord !== undefined) made[0]!.message += ` ${plan.rareWord}${place}`;
  const events = made.map((event) => JSON.stringify(event));
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
  const digits: number[] = [];
  let at = head.length + 4 + (plan.kind === 'batch' ? 1 : 0);
  for (const event of events) {
    eventStarts.push(at);
    if (plan.freshIds) digits.push(...digitsOfIds(event, at));
    at += Buffer.byteLength(event) + 1;
  }
  return { bytes, eventStarts, digits: Uint32Array.from(digits) };
}

/** Gives all events of a request new ids and a time. @param timeMs since 1970; the present if absent */
export function renewRequest({ bytes, eventStarts, digits }: PreparedRequest, timeMs = Date.now()): void {
  const time = timeTextAt(timeMs);
  for (const start of eventStarts) renewEvent(bytes, start, time);
  renewDigits(bytes, digits);
}

import { traceOf } from '../trace/traceparent.js';
import type { AuditContext } from './audit-context.js';

/** Headers of a request: the platform's `Headers`, or Node's object with lower-case names. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The longest id that is taken from a header; a longer one is somebody's mischief. */
const HEADER_ID_MAX_CHARS = 256;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * What a request's headers say of where it belongs: `traceparent` (W3C Trace Context), `x-request-id`,
 * `x-correlation-id`. They are the caller's claims: they join events, and prove nothing. An id that is no short visible
 * ASCII text is left out.
 */
export function contextOfHeaders(headers: RequestHeaders): AuditContext {
  const request_id = idIn(headers, 'x-request-id');
  const correlation_id = idIn(headers, 'x-correlation-id');
  return {
    ...traceOf(headerOf(headers, 'traceparent')),
    ...(request_id === undefined ? {} : { request_id }),
    ...(correlation_id === undefined ? {} : { correlation_id }),
  };
}

function idIn(headers: RequestHeaders, name: string): string | undefined {
  const value = headerOf(headers, name)?.trim();
  if (value === undefined || value.length > HEADER_ID_MAX_CHARS || !VISIBLE_ASCII.test(value)) return undefined;
  return value;
}

function headerOf(headers: RequestHeaders, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
  return typeof value === 'string' ? value : value?.[0];
}

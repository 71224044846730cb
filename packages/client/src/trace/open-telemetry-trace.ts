import type { TraceContext } from './traceparent.js';

/** What is used of a span of OpenTelemetry's API. */
interface SpanLike {
  spanContext(): { traceId: string; spanId: string };
}
/** What is used of the object that every copy of OpenTelemetry's API, version 1, puts under one global symbol. */
interface GlobalApi {
  context?: { active(): { getValue(key: symbol): unknown } };
}

const API = Symbol.for('opentelemetry.js.api.1');
const ACTIVE_SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const NO_TRACE_ID = '00000000000000000000000000000000';

/**
 * The active span of the application's OpenTelemetry, if it has one. Found by the global symbol that the API registers
 * its managers under, so that nothing is imported and every copy of the API in the process is seen.
 */
export function activeTrace(): TraceContext | undefined {
  const api = (globalThis as unknown as Record<symbol, GlobalApi | undefined>)[API];
  const span = api?.context?.active().getValue(ACTIVE_SPAN) as SpanLike | undefined;
  const found = span?.spanContext();
  if (found === undefined || found.traceId === NO_TRACE_ID) return undefined;
  return { trace_id: found.traceId, span_id: found.spanId };
}

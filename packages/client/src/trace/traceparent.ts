/** A place in a distributed trace (W3C Trace Context). */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly trace_id: string;
  /** 16 lower-case hex digits, not all zero: the parent span of what is done here. */
  readonly span_id: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * Reads a `traceparent` header (W3C Trace Context, section 3.2). Versions that come later are read as far as version 00
 * goes, as the recommendation wants; undefined for whatever is not one.
 */
export function traceOf(traceparent: string | null | undefined): TraceContext | undefined {
  const parts = TRACEPARENT.exec(traceparent?.trim() ?? '');
  if (parts === null) return undefined;
  const [, version, trace_id = '', span_id = '', rest] = parts;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(trace_id) || /^0+$/.test(span_id)) return undefined;
  return { trace_id, span_id };
}

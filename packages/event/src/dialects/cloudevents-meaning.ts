import { ID_MAX_CHARS } from '../bounds.js';
import { ID_PATTERN } from '../event-patterns.js';
import { severityOf } from '../foreign-words.js';
import { samplingHash } from '../policy/sampling.js';
import type { Severity } from '../vocabulary.js';
import { severityOfNumber } from './otlp-severity.js';

/** What a CloudEvent means in our vocabulary. Nothing here is needed for the way back. */

/**
 * An id that no two CloudEvents of one tenant share: `id@source`, where an `@` or an odd character of the id is
 * percent-encoded. A source that does not fit is replaced by 64 bits of hash: two that meet would need the same id as
 * well.
 *
 * @returns undefined when the id alone is too long
 */
export function idOfEvent(source: string, id: string): string | undefined {
  // More could not fit, and encoding it would cost time.
  if (id.length > ID_MAX_CHARS || !id.isWellFormed()) return undefined;
  const encoded = encodeURIComponent(id);
  for (const from of [source, `~${hex(samplingHash(`a${source}`))}${hex(samplingHash(`b${source}`))}`]) {
    const whole = `${encoded}@${from}`;
    if (whole.length <= ID_MAX_CHARS && ID_PATTERN.test(whole)) return whole;
  }
  return undefined;
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/**
 * The trace of a W3C trace context (`00-<32 hex>-<16 hex>-<2 hex>`), as the distributed tracing extension carries it.
 */
export function traceOfParent(parent: unknown): string | undefined {
  if (typeof parent !== 'string' || parent.length > 256) return undefined;
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(parent)?.[1];
  return trace === '0'.repeat(32) ? undefined : trace;
}

/** The severity extension has OpenTelemetry's numbers; where there is none, its text may say it. */
export function severityOfEvent(number: unknown, text: unknown): Severity | undefined {
  return severityOfNumber(number) ?? (typeof text === 'string' ? severityOf(text) : undefined);
}

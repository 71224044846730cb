import type { Severity } from '../vocabulary.js';

/**
 * SeverityNumber of OpenTelemetry's log data model: four numbers for each of TRACE, DEBUG, INFO, WARN, ERROR, FATAL.
 */
const bySteps: readonly Severity[] = ['debug', 'debug', 'info', 'warning', 'error', 'critical'];

/** What a SeverityNumber means; undefined for 0 (unspecified) and what is none. INFO2 to INFO4 are `notice`. */
export function severityOfNumber(number: unknown): Severity | undefined {
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > 24) return undefined;
  return number >= 10 && number <= 12 ? 'notice' : bySteps[Math.floor((number - 1) / 4)];
}

const numbers: Readonly<Record<Severity, number>> = {
  debug: 5,
  info: 9,
  notice: 10,
  warning: 13,
  error: 17,
  critical: 21,
};

export function numberOfSeverity(severity: Severity): number {
  return numbers[severity];
}

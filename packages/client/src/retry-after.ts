/**
 * The wait in milliseconds that a `Retry-After` header tells (RFC 9110, section 10.2.3): seconds, or a date.
 * Undefined for what is neither.
 */
export function parseRetryAfter(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

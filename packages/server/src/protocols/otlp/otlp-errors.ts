import type { Problem } from '../../errors.js';

/** Codes of google.rpc.Code by the HTTP statuses that stand for them. */
const codes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  410: 9,
  412: 9,
  413: 8,
  415: 3,
  422: 3,
  429: 8,
  500: 13,
  503: 14,
  504: 4,
};
const UNKNOWN = 2;

/** Whether a client sends the same again after this answer (OTLP/HTTP, "Retryable Response Codes"). */
export function isRetryable(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

export function rpcCodeOf(status: number): number {
  return codes[status] ?? UNKNOWN;
}

/** What a problem says to whoever operates the exporter, in a line. */
export function rpcMessageOf({ code, message, detail }: Problem): string {
  return `${code}: ${message}${detail === undefined ? '' : ` (${detail})`}`;
}

import { type AttestlogError, clientError } from '../attestlog-error.js';

/** No whole answer came. */
export function unreachable(url: string, cause: unknown): AttestlogError {
  return clientError('unreachable', `Cannot reach ${new URL(url).origin}`, messageOf(cause), cause);
}

/** The message of whatever was thrown; for a wrapped network error, that of its cause, which says more. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return messageOf(error.cause);
  // An attempt at several addresses (IPv4 and IPv6) fails with an empty message and the reasons inside.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error.message;
}

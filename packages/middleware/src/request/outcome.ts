import type { Outcome } from '@attestlog/event/sdk';

/** How a request ended. */
export interface RequestEnding {
  /** Of the answer; undefined when none was begun. */
  readonly status: number | undefined;
  /** The client went before the answer was complete. */
  readonly aborted: boolean;
  /** What the application threw, if it did. */
  readonly error: unknown;
  readonly hasError: boolean;
}

/** A status above is a failure of the request, one of these a refusal (RFC 9110, sections 15.5.2 and 15.5.4). */
const FAILURE_MIN_STATUS = 400;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** The outcome of a request, from the status that the client got or would have got. */
export function outcomeOfRequest({ status, aborted, hasError }: RequestEnding): Outcome {
  if (isRefusal(status)) return 'denied';
  if (aborted || (status !== undefined && status >= FAILURE_MIN_STATUS)) return 'failure';
  // An error that the application answered well is none; one without an answer is.
  return hasError && status === undefined ? 'failure' : 'success';
}

/**
 * Why a request did not succeed: the code or the name of what was thrown, `client_aborted`, or `http_404`. Never the text
 * of an error, which may hold anything.
 */
export function reasonOfRequest(ending: RequestEnding): string | undefined {
  if (outcomeOfRequest(ending) === 'success') return undefined;
  if (ending.hasError) return nameOfError(ending.error);
  if (ending.aborted && !isRefusal(ending.status)) return 'client_aborted';
  return `http_${ending.status}`;
}

function isRefusal(status: number | undefined): boolean {
  return status === UNAUTHORIZED || status === FORBIDDEN;
}

const CODE = /^[A-Za-z_][\w.:-]{0,127}$/;

function nameOfError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'thrown_value';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  const constructorName = error.constructor?.name;
  for (const found of [name === 'Error' ? constructorName : name, constructorName]) {
    if (typeof found === 'string' && CODE.test(found)) return found;
  }
  return 'Error';
}

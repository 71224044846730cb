import { parseRetryAfter } from '../../retry-after.js';
import { isBusy } from '../attestlog-error.js';
import { backoffMs } from '../http/backoff.js';
import type { ReadRuntime } from '../http/read-runtime.js';
import { unreachable } from '../http/unreachable.js';
import type { GetRequest, HttpAnswer, HttpConnections } from './http-connections.js';
import { followRedirects } from './redirects.js';

/** What to get and how patiently. */
export interface GetOptions extends GetRequest {
  /** How often at most; 1 means no repetition. */
  readonly attempts: number;
  /** Whether a server that cannot be reached is asked again; a busy one always is. */
  readonly retryUnreachable: boolean;
}

/** What waiting takes from the world. */
export type GetContext = Omit<ReadRuntime, 'fetch'> & { readonly signal: AbortSignal };

/**
 * Gets a URL, and again after a while if the server is busy (429, 502, 503, 504; `Retry-After` is honoured) or the
 * connection breaks. The last answer is returned whatever its status.
 * @throws AttestlogError `unreachable` when there is no answer; the signal's reason
 */
export async function patientGet(
  context: GetContext,
  connections: HttpConnections,
  url: string,
  options: GetOptions,
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    let retryAfterMs: number | undefined;
    try {
      const answer = await followRedirects(connections, new URL(url), options);
      if (!isBusy(answer.status) || attempt >= options.attempts) return answer;
      retryAfterMs = parseRetryAfter(answer.headers['retry-after'], context.now());
    } catch (error) {
      context.signal.throwIfAborted();
      if (!options.retryUnreachable || attempt >= options.attempts) throw unreachable(url, error);
    }
    await context.sleep(backoffMs(attempt, context.random(), retryAfterMs), context.signal);
  }
}

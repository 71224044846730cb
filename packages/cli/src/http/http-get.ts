import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure, messageOf } from '../failure.js';
import { backoffMs, parseRetryAfter } from './backoff.js';
import type { GetRequest, HttpAnswer, HttpConnections } from './http-connections.js';
import { isBusy } from './problem-details.js';
import { followRedirects } from './redirects.js';

/** What to get and how patiently. */
export interface GetOptions extends GetRequest {
  /** How often at most; 1 means no repetition. */
  readonly attempts: number;
  /** Whether a server that cannot be reached is asked again; a busy one always is. */
  readonly retryUnreachable: boolean;
}

type HttpContext = Pick<CommandContext, 'now' | 'random' | 'sleep' | 'signal'>;

/**
 * Gets a URL, and again after a while if the server is busy (429, 502, 503, 504; `Retry-After` is honoured) or the
 * connection breaks. The last answer is returned whatever its status.
 * @throws CliFailure `unreachable` when there is no answer.
 */
export async function httpGet(
  context: HttpContext,
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

/** The failure for a server that gives no answer. */
export function unreachable(url: string, cause: unknown): CliFailure {
  return new CliFailure(EXIT.unreachable, `Cannot reach ${new URL(url).origin}`, {
    detail: messageOf(cause),
    remedy: 'Check that the server runs, and the address (--url or ATTESTLOG_URL).',
    cause,
  });
}

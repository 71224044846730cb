import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure, messageOf } from '../failure.js';
import { backoffMs, parseRetryAfter } from './backoff.js';
import { isBusy } from './problem-details.js';

/** No byte for so long, and the request counts as failed. */
const REQUEST_TIMEOUT_MS = 60_000;

/** An answer that has been read whole, or up to the limit. */
export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** At most one byte more than was asked for, which is how a caller sees that there is more. */
  readonly body: Uint8Array;
}

/** What to get and how patiently. */
export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops reading after this many bytes of the (decompressed) body. */
  readonly maxBytes: number;
  /** How often at most; 1 means no repetition. */
  readonly attempts: number;
  /** Whether a server that cannot be reached is asked again; a busy one always is. */
  readonly retryUnreachable: boolean;
}

type HttpContext = Pick<CommandContext, 'fetch' | 'now' | 'random' | 'sleep' | 'signal'>;

/**
 * Gets a URL, and again after a while if the server is busy (429, 502, 503, 504; `Retry-After` is honoured) or the
 * connection breaks. The last answer is returned whatever its status.
 * @throws CliFailure `unreachable` when there is no answer.
 */
export async function httpGet(context: HttpContext, url: string, options: GetOptions): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    let retryAfterMs: number | undefined;
    try {
      const answer = await getOnce(context, url, options);
      if (!isBusy(answer.status) || attempt >= options.attempts) return answer;
      retryAfterMs = parseRetryAfter(answer.headers.get('retry-after'), context.now());
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

async function getOnce(context: HttpContext, url: string, options: GetOptions): Promise<HttpAnswer> {
  const controller = new AbortController();
  const abort = () => controller.abort(context.signal.reason);
  const restart = () =>
    setTimeout(() => controller.abort(new Error('the server did not answer in time')), REQUEST_TIMEOUT_MS);
  let timer = restart();
  context.signal.throwIfAborted();
  context.signal.addEventListener('abort', abort);
  try {
    const response = await context.fetch(url, { headers: options.headers ?? {}, signal: controller.signal });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = restart();
      chunks.push(chunk);
      length += chunk.length;
      // Leaving the loop cancels the rest of the body.
      if (length > options.maxBytes) break;
    }
    const body = Buffer.concat(chunks).subarray(0, options.maxBytes + 1);
    return { url, status: response.status, headers: response.headers, body };
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', abort);
  }
}

import { parseRetryAfter } from '../../retry-after.js';
import type { DeliveryWorld, ServerAddress } from '../delivery.js';
import { errorCode } from '../error-code.js';
import { type Answer, answerOf, type Retry } from './answer.js';

/** Below this, compressing takes longer than it saves. */
const COMPRESS_FROM_CHARS = 4096;

/** Compresses a text with gzip (RFC 1952). */
export type Gzip = (text: string) => Promise<Uint8Array<ArrayBuffer>>;

export interface PostParts {
  readonly server: ServerAddress;
  readonly world: Pick<DeliveryWorld, 'fetch' | 'nowMs' | 'after'>;
  readonly requestTimeoutMs: number;
  /** Absent: bodies go as they are. */
  readonly gzip: Gzip | undefined;
}

export interface Post {
  readonly tenant: string | undefined;
  /** The events as JSON. */
  readonly events: readonly string[];
  /** Whether the credential was refused the last time. */
  readonly wasRejected: boolean;
  readonly signal: AbortSignal;
}

export interface Posted {
  readonly answer: Answer;
  readonly status: number | undefined;
  readonly sentBytes: number;
}

/** Sends one batch once. Never rejects: what goes wrong is an answer to try again after. */
export async function postBatch(parts: PostParts, post: Post): Promise<Posted> {
  const controller = new AbortController();
  // Raced, since neither an application's credential function nor its fetch need heed a signal.
  let giveUp!: (why: Retry) => void;
  const givenUp = new Promise<Posted>((resolve) => {
    giveUp = (why) => {
      resolve(failed(why));
      controller.abort();
    };
  });
  const cancelTimeout = parts.world.after(parts.requestTimeoutMs, () =>
    giveUp(retry('timeout', `No answer within ${parts.requestTimeoutMs} ms`)),
  );
  const onAbort = () => giveUp(retry('aborted', 'The client was closed'));
  post.signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([exchange(parts, post, controller.signal), givenUp]);
  } finally {
    cancelTimeout();
    post.signal.removeEventListener('abort', onAbort);
  }
}

async function exchange(parts: PostParts, post: Post, signal: AbortSignal): Promise<Posted> {
  const { server, world, gzip } = parts;
  let credential: string;
  try {
    credential = await server.credential(post.wasRejected ? 'rejected' : 'request');
  } catch (error) {
    return failed(retry('credential-unavailable', `The application gave no credential (${causeCode(error)})`));
  }
  const { url, method, headers, body: text } = batchRequest(server, credential, post.events, post.tenant);
  let body: string | Uint8Array<ArrayBuffer> = text;
  try {
    if (gzip !== undefined && text.length >= COMPRESS_FROM_CHARS) {
      body = await gzip(text);
      headers['content-encoding'] = 'gzip';
    }
    const response = await world.fetch(url, { method, headers, body, signal });
    const { status } = response;
    const waitMs = parseRetryAfter(response.headers.get('retry-after'), world.nowMs());
    const answer = answerOf({ status, retryAfterMs: waitMs, text: await response.text() }, post.events.length);
    return { answer, status, sentBytes: body.length };
  } catch (error) {
    return { ...failed(retry(causeCode(error), 'The server cannot be reached')), sentBytes: body.length };
  }
}

/** The request that sends events of one tenant, uncompressed. @param tenant undefined: the address's own */
export function batchRequest(
  server: Pick<ServerAddress, 'url' | 'tenant'>,
  credential: string,
  events: readonly string[],
  tenant: string | undefined = server.tenant,
) {
  const headers: Record<string, string> = {
    authorization: `Bearer ${credential}`,
    'content-type': 'application/json',
    ...(tenant === undefined ? {} : { 'x-tenant-id': tenant }),
  };
  return { url: `${server.url}/api/v1/events/batch`, method: 'POST', headers, body: `[${events.join(',')}]` };
}

function failed(answer: Retry): Posted {
  return { answer, status: undefined, sentBytes: 0 };
}

function retry(code: string, message: string): Retry {
  return { kind: 'retry', scope: 'server', code, message };
}

/** The code of the innermost cause: fetch hides ECONNREFUSED in it. */
function causeCode(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? causeCode(error.cause) : errorCode(error);
}

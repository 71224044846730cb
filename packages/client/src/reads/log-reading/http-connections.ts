import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { BodyBuffers } from './body-buffers.js';
import { readBody } from './response-body.js';

/** No byte for so long, and the request counts as failed. */
const IDLE_TIMEOUT_MS = 60_000;

/** An answer that has been read whole, or up to the limit. */
export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** At most one byte more than was asked for, which is how a caller sees that there is more. */
  readonly body: Uint8Array;
}

/** What to get: `maxBytes` of the decompressed body at most; what is beyond is not read. */
export interface GetRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** Where memory for the body may come from: of a caller that gives it back. */
  readonly buffers?: BodyBuffers;
}

/**
 * Connections over which one GET follows another. Not with `fetch`: its streams cost a multiple of what a whole log
 * takes to be hashed. As `fetch` does, it asks for gzip unless the caller says what it takes, and goes through a proxy
 * where Node.js itself was told to (`NODE_USE_ENV_PROXY`). Redirects are the caller's.
 */
export class HttpConnections {
  readonly #signal: AbortSignal;
  readonly #http: http.Agent;
  readonly #https: https.Agent;

  /** @param signal ends every request under way */
  constructor(signal: AbortSignal, idleTimeoutMs = IDLE_TIMEOUT_MS) {
    this.#signal = signal;
    const options = { keepAlive: true, timeout: idleTimeoutMs };
    this.#http = new http.Agent({ ...options, ...proxyOf(http.globalAgent) });
    this.#https = new https.Agent({ ...options, ...proxyOf(https.globalAgent) });
    signal.addEventListener('abort', this.#close);
  }

  /** One request, once. Rejects when no whole answer comes, however far it got. */
  async get(url: URL, { headers, maxBytes, buffers }: GetRequest): Promise<HttpAnswer> {
    this.#signal.throwIfAborted();
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).get(url, {
        agent: secure ? this.#https : this.#http,
        headers: { accept: '*/*', 'accept-encoding': 'gzip', 'user-agent': 'attestlog', ...headers },
      });
      request.on('error', reject);
      request.on('timeout', () => {
        reject(new Error('the server did not answer in time'));
        request.destroy();
      });
      request.on('response', (response: IncomingMessage) => {
        const { statusCode = 0, headers: answered } = response;
        const answer = (body: Uint8Array) => ({ url: url.href, status: statusCode, headers: answered, body });
        readBody(response, maxBytes, buffers).then((body) => resolve(answer(body)), reject);
      });
    });
  }

  /** Closes all connections; a request under way fails. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#close);
    this.#close();
  }

  readonly #close = () => {
    this.#http.destroy();
    this.#https.destroy();
  };
}

/** What Node.js was told about proxies, where it is new enough: it tells only the agents that it makes itself. */
function proxyOf(agent: http.Agent): { proxyEnv?: unknown } {
  const { options } = agent as { options?: { proxyEnv?: unknown } };
  const proxyEnv = options?.proxyEnv;
  return proxyEnv === undefined ? {} : { proxyEnv };
}

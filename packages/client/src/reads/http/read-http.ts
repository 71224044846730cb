import { parseRetryAfter } from '../../retry-after.js';
import { AttestlogError, errorOfProblem, invalidAnswer, isBusy, isRecord } from '../attestlog-error.js';
import { BodyTooLongError, joined, silence, within } from './answer-body.js';
import { backoffMs } from './backoff.js';
import { Ending } from './ending.js';
import { OpenAnswer } from './open-answer.js';
import type { CallOptions, ReaderOptions } from './read-options.js';
import type { ReadRuntime } from './read-runtime.js';
import { baseUrl, type Query, queryString, reasonHeader } from './request-parts.js';
import { unreachable } from './unreachable.js';

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_ATTEMPTS = 4;
/** A page of 1,000 entries with their framing. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
const MAX_PROBLEM_BYTES = 1024 * 1024;
/** Who is asked to wait for longer is told at once: to sleep an hour inside a call helps nobody. */
const MAX_WAIT_MS = 30_000;

/** A request of the API, relative to the server's address. */
export interface ReadRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without a slash at its begin; its parts are encoded already. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for what may have been done though it was not answered; true if absent. */
  readonly repeatable?: boolean;
}

/** Asks a server, again where that is right, and turns whatever is no success into an {@link AttestlogError}. */
export class ReadHttp {
  readonly runtime: ReadRuntime;
  readonly tenant: string | undefined;
  readonly timeoutMs: number;
  readonly #base: string;
  readonly #attempts: number;
  readonly #credential: (reason: 'request' | 'rejected') => string | undefined | Promise<string>;
  readonly #renews: boolean;

  /** @throws TypeError for an address that is not http(s) */
  constructor(options: ReaderOptions, runtime: ReadRuntime) {
    const { url, credential, tenant, fetch, timeoutMs, attempts } = options;
    this.runtime = fetch === undefined ? runtime : { ...runtime, fetch };
    this.tenant = tenant;
    this.timeoutMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#base = baseUrl(url);
    this.#attempts = attempts ?? DEFAULT_ATTEMPTS;
    this.#credential = typeof credential === 'function' ? credential : () => credential;
    this.#renews = typeof credential === 'function';
  }

  /** The full address of a path of the API. */
  resolve(path: string, query: Query = {}): string {
    return new URL(`${path}${queryString(query)}`, this.#base).href;
  }

  /** Who asks, and about which tenant. @param reason `rejected` after the server has refused the last credential */
  async headers(reason: 'request' | 'rejected'): Promise<Record<string, string>> {
    const credential = await this.#credential(reason);
    return {
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      ...(this.tenant === undefined ? {} : { 'x-tenant-id': this.tenant }),
    };
  }

  /** A JSON object; an empty one where there is no content. @throws AttestlogError */
  async json<T extends object>(request: ReadRequest, options: CallOptions = {}): Promise<T> {
    const text = await this.text({ ...request, headers: { accept: 'application/json', ...request.headers } }, options);
    if (text === '') return {} as T;
    const url = this.resolve(request.path);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw invalidAnswer(url, 'it is no JSON');
    }
    if (!isRecord(value)) throw invalidAnswer(url, 'it is no JSON object');
    return value as T;
  }

  /** A whole body as text. @throws AttestlogError */
  async text(request: ReadRequest, options: CallOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.bytes(request, options));
  }

  /** A whole body. @throws AttestlogError */
  async bytes(request: ReadRequest, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#repeated(request, options, async () => {
      const answer = await this.open(request, options);
      return joined(answer.pieces(this.timeoutMs), MAX_ANSWER_BYTES).catch((error: unknown) => {
        throw error instanceof BodyTooLongError ? invalidAnswer(this.resolve(request.path), error.message) : error;
      });
    });
  }

  /**
   * One request, once: an answer of success whose body is not read yet. Only where the credential is refused and can be
   * renewed there is a second one.
   *
   * @throws AttestlogError for every other answer, and where none begins in time, also by the signal; what gives the
   * credential throws as it does
   */
  async open(request: ReadRequest, options: CallOptions = {}): Promise<OpenAnswer> {
    const ending = new Ending(options.signal);
    try {
      const first = await this.#fetch(request, options, ending, 'request');
      if (first.status !== 401 || !this.#renews) return await this.#required(first, ending);
      await first.body?.cancel().catch(() => undefined);
      return await this.#required(await this.#fetch(request, options, ending, 'rejected'), ending);
    } catch (error) {
      ending.end();
      throw error;
    }
  }

  async #fetch(
    { method = 'GET', path, query, body, headers }: ReadRequest,
    { reason }: CallOptions,
    { signal }: Ending,
    why: 'request' | 'rejected',
  ): Promise<Response> {
    const url = this.resolve(path, query);
    const init = {
      method,
      headers: {
        ...(await this.headers(why)),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...reasonHeader(reason),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    };
    return within(this.timeoutMs, silence, this.runtime.fetch(url, init)).catch((error: unknown) => {
      throw unreachable(url, error);
    });
  }

  async #required(response: Response, ending: Ending): Promise<OpenAnswer> {
    const { ok, status, headers, url } = response;
    const answer = new OpenAnswer(response, ending, url === '' ? this.#base : url);
    if (ok) return answer;
    const retryAfterMs = parseRetryAfter(headers.get('retry-after'), this.runtime.now());
    let document: unknown;
    try {
      document = JSON.parse(new TextDecoder().decode(await joined(answer.pieces(this.timeoutMs), MAX_PROBLEM_BYTES)));
    } catch {
      // The status says enough.
    }
    throw errorOfProblem(document, status, retryAfterMs);
  }

  /** Does it again where it failed for now; never where it was aborted. */
  async #repeated<T>({ repeatable = true }: ReadRequest, { signal }: CallOptions, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof AttestlogError) || !isPassing(error) || !repeatable || attempt >= this.#attempts)
          throw error;
        const waitMs = backoffMs(attempt, this.runtime.random(), error.retryAfterMs);
        if (waitMs > MAX_WAIT_MS) throw error;
        await this.runtime.sleep(waitMs, signal);
      }
    }
  }
}

/** Whether the same may succeed later. */
export function isPassing({ code, status }: AttestlogError): boolean {
  return code === 'unreachable' || isBusy(status);
}

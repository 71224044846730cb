import { entriesPath, type LogReader, MAX_ENTRY_BYTES, TILE_WIDTH, type Tile, tilePath } from '@attestlog/tlog';
import { AttestlogError, errorOfProblem } from '../attestlog-error.js';
import { BodyBuffers } from './body-buffers.js';
import { type HttpAnswer, HttpConnections } from './http-connections.js';
import { type GetContext, patientGet } from './patient-get.js';

const MAX_CHECKPOINT_BYTES = 1024 * 1024;
const MAX_TILE_BYTES = TILE_WIDTH * 32;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);
/** A verification may take long and should survive a restart of the server. */
const ATTEMPTS = 6;

/** Where a tlog-tiles log is. */
export interface LogPlace {
  /** Ends with a slash. */
  readonly prefix: string;
  /** Those of each request; asked again with `rejected` when the credential in them was refused. */
  readonly headers: (reason: 'request' | 'rejected') => Headers | Promise<Headers>;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Reads a tlog-tiles log over HTTP. Sizes are bounded, since nobody vouches for the log: of a longer answer one byte
 * too many is returned, which the verifier finds.
 */
export class HttpLogReader implements LogReader {
  readonly #context: GetContext;
  readonly #log: LogPlace;
  readonly #encoding: Headers;
  readonly #connections: HttpConnections;
  readonly #buffers = new BodyBuffers();
  #reached = false;

  constructor(context: GetContext, log: LogPlace) {
    this.#context = context;
    this.#log = log;
    this.#encoding = encodingFor(log.prefix);
    this.#connections = new HttpConnections(context.signal);
  }

  /** Closes the connections that are kept for the next request. */
  close(): void {
    this.#connections.close();
  }

  async checkpoint(): Promise<string> {
    return this.text('checkpoint');
  }

  /** A text file of the log. @throws AttestlogError with status 404 if it is not there */
  async text(path: string): Promise<string> {
    const answer = await this.#get(path, MAX_CHECKPOINT_BYTES);
    if (answer.status !== 404) return textOf(answer);
    throw new AttestlogError({
      code: 'log-unknown',
      status: 404,
      title: `There is no log at ${this.#log.prefix}`,
      detail: `No ${path} there.`,
      remedy: 'Check the address and the tenant. A tenant has a log from its first event on.',
    });
  }

  async tile(tile: Tile): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes(tilePath(tile), MAX_TILE_BYTES);
    if (bytes !== undefined || tile.width === TILE_WIDTH) return bytes;
    return this.#bytes(tilePath({ ...tile, width: TILE_WIDTH }), MAX_TILE_BYTES);
  }

  async entries(index: number, width: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes(entriesPath(index, width), MAX_BUNDLE_BYTES, this.#buffers);
    // A partial one may have been dropped since the full one exists.
    if (bytes !== undefined || width === TILE_WIDTH) return bytes;
    return this.#bytes(entriesPath(index, TILE_WIDTH), MAX_BUNDLE_BYTES, this.#buffers);
  }

  release(bundle: Uint8Array): void {
    this.#buffers.give(bundle);
  }

  async #bytes(path: string, maxBytes: number, buffers?: BodyBuffers): Promise<Uint8Array | undefined> {
    const answer = await this.#get(path, maxBytes, buffers);
    return answer.status === 404 ? undefined : answer.body;
  }

  /** The answer, which is 200 or 404. */
  async #get(path: string, maxBytes: number, buffers?: BodyBuffers): Promise<HttpAnswer> {
    const first = await this.#ask(path, 'request', maxBytes, buffers);
    const answer = first.status === 401 ? await this.#ask(path, 'rejected', maxBytes, buffers) : first;
    if (answer.status === 200 || answer.status === 404) return answer;
    throw errorOfProblem(jsonOf(answer), answer.status);
  }

  async #ask(
    path: string,
    reason: 'request' | 'rejected',
    maxBytes: number,
    buffers?: BodyBuffers,
  ): Promise<HttpAnswer> {
    const answer = await patientGet(this.#context, this.#connections, this.#log.prefix + path, {
      headers: { ...(await this.#log.headers(reason)), ...this.#encoding },
      maxBytes,
      ...(buffers && { buffers }),
      attempts: ATTEMPTS,
      // A server that has never answered is more likely misspelt than restarting.
      retryUnreachable: this.#reached,
    });
    this.#reached = true;
    return answer;
  }
}

/** On one machine compression only costs both sides time; over a network bundles shrink to a fifth. */
function encodingFor(url: string): Headers {
  const { hostname } = new URL(url);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isHere ? { 'accept-encoding': 'identity' } : {};
}

function textOf({ body }: HttpAnswer): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(textOf(answer));
  } catch {
    return undefined;
  }
}

import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';
import type { GcpTokenSource } from './gcp-token.js';
import type { Encrypted, KeyService } from './remote-master-key.js';
import { type CallLimits, callService, readJson, ServiceAway, textIn, withRetries } from './service-call.js';

export interface GcpKmsOptions {
  /** `projects/P/locations/L/keyRings/R/cryptoKeys/K`. */
  key: string;
  /** In the place of the public endpoint. */
  endpoint?: string;
  token: GcpTokenSource;
  clock: Clock;
  limits: CallLimits;
}

/**
 * Google Cloud Key Management Service, by its documented API (v1, cryptoKeys.encrypt and decrypt, symmetric keys). The
 * primary version encrypts; the service finds by itself which version decrypts.
 */
export class GcpKms implements KeyService {
  readonly kind = 'gcp-kms';
  readonly #options: GcpKmsOptions;

  constructor(options: GcpKmsOptions) {
    this.#options = options;
  }

  async encrypt(plain: Uint8Array, context: string): Promise<Encrypted> {
    const { key } = this.#options;
    const answer = await this.#call(key, 'encrypt', {
      plaintext: base64(plain),
      additionalAuthenticatedData: base64(Buffer.from(context)),
    });
    return { key, id: textIn(answer, 'name'), data: textIn(answer, 'ciphertext') };
  }

  async decrypt(key: string, data: string, context: string): Promise<Uint8Array> {
    const answer = await this.#call(key, 'decrypt', {
      ciphertext: data,
      additionalAuthenticatedData: base64(Buffer.from(context)),
    });
    return new Uint8Array(Buffer.from(textIn(answer, 'plaintext'), 'base64'));
  }

  async #call(key: string, method: string, request: object): Promise<Record<string, unknown>> {
    const { clock, limits } = this.#options;
    return withRetries(() => this.#attempt(key, method, JSON.stringify(request)), clock, limits);
  }

  async #attempt(key: string, method: string, body: string): Promise<Record<string, unknown>> {
    const { endpoint = 'https://cloudkms.googleapis.com', token, limits } = this.#options;
    const headers = { authorization: `Bearer ${await token.get()}`, 'content-type': 'application/json' };
    const url = `${endpoint}/v1/${key.split('/').map(encodeURIComponent).join('/')}:${method}`;
    const answer = await callService({ method: 'POST', url, headers, body }, limits);
    if (answer.status === 200) return readJson(answer.text);
    throw this.#failureOf(method, answer.status, statusIn(answer.text));
  }

  /** Errors by the canonical codes of Google's APIs (google.rpc.Code). */
  #failureOf(method: string, status: number, code: string): PortFailure {
    const message = `Google Cloud KMS answered ${method} with ${status} ${code}`;
    if (code === 'INVALID_ARGUMENT' && method === 'decrypt') return new PortFailure('corrupt', message);
    if (status === 401) this.#options.token.forget();
    const isPassing = status === 401 || status === 429 || status >= 500;
    return isPassing ? new ServiceAway(message) : new PortFailure('unavailable', message);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function statusIn(text: string): string {
  const { error } = readJson(text) as { error?: { status?: unknown } };
  return typeof error?.status === 'string' ? error.status : '';
}

import { readFile } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.js';
import { PortFailure } from '../../ports/failure.js';
import type { Encrypted, KeyService } from './remote-master-key.js';
import { type CallLimits, callService, readJson, ServiceAway, textIn, withRetries } from './service-call.js';

export interface VaultTransitOptions {
  /** `https://vault.example:8200`. */
  url: string;
  /** Where the transit engine is mounted. */
  mount: string;
  key: string;
  token: VaultToken;
  namespace?: string;
  clock: Clock;
  limits: CallLimits;
}

/** A token, or the file in which Vault Agent keeps a fresh one. */
export type VaultToken = { token: string } | { file: string };

/**
 * The transit engine of HashiCorp Vault (from 1.12) and OpenBao, by its documented API. Needs a key of an AEAD type,
 * such as the default `aes256-gcm96`, since the context is its associated data.
 */
export class VaultTransit implements KeyService {
  readonly kind = 'vault-transit';
  readonly #options: VaultTransitOptions;
  #token: string | undefined;

  constructor(options: VaultTransitOptions) {
    this.#options = options;
  }

  async encrypt(plain: Uint8Array, context: string): Promise<Encrypted> {
    const { mount, key } = this.#options;
    const answer = await this.#call('encrypt', mount, key, {
      plaintext: Buffer.from(plain).toString('base64'),
      associated_data: Buffer.from(context).toString('base64'),
    });
    const data = textIn(answer, 'ciphertext');
    const version = /^vault:v(\d+):/.exec(data)?.[1];
    if (version === undefined) throw new PortFailure('unavailable', 'the ciphertext of Vault names no version');
    return { key: `${mount}/${key}`, id: `${mount}/${key}:v${version}`, data };
  }

  async decrypt(key: string, data: string, context: string): Promise<Uint8Array> {
    const slash = key.lastIndexOf('/');
    const answer = await this.#call('decrypt', key.slice(0, slash), key.slice(slash + 1), {
      ciphertext: data,
      associated_data: Buffer.from(context).toString('base64'),
    });
    return new Uint8Array(Buffer.from(textIn(answer, 'plaintext'), 'base64'));
  }

  async #call(action: string, mount: string, key: string, request: object): Promise<Record<string, unknown>> {
    const { url, clock, limits } = this.#options;
    const address = `${url.replace(/\/+$/, '')}/v1/${mount}/${action}/${encodeURIComponent(key)}`;
    return withRetries(() => this.#attempt(action, address, JSON.stringify(request)), clock, limits);
  }

  async #attempt(action: string, url: string, body: string): Promise<Record<string, unknown>> {
    const { namespace, limits } = this.#options;
    const headers: Record<string, string> = {
      'x-vault-token': await this.#readToken(),
      'x-vault-request': 'true',
      'content-type': 'application/json',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
    };
    const answer = await callService({ method: 'POST', url, headers, body }, limits);
    const { data, errors } = readJson(answer.text);
    if (answer.status === 200 && typeof data === 'object' && data !== null) return data as Record<string, unknown>;
    throw this.#failureOf(action, answer.status, Array.isArray(errors) ? errors.map(String) : []);
  }

  /** Vault tells errors by status and text alone; 503 is a sealed Vault, 429 and 473 a standby, 412 one that lags. */
  #failureOf(action: string, status: number, errors: readonly string[]): PortFailure {
    const message = `Vault answered ${action} with ${status}${errors.length > 0 ? `: ${errors.join('; ').slice(0, 200)}` : ''}`;
    const hasNoKey = errors.some((error) => error.includes('key not found'));
    if (status === 400 && action === 'decrypt' && !hasNoKey) return new PortFailure('corrupt', message);
    // The agent may have put a fresh token into the file meanwhile.
    const mayHaveNewToken = status === 403 && 'file' in this.#options.token;
    if (mayHaveNewToken) this.#token = undefined;
    const isPassing = mayHaveNewToken || [412, 429, 473].includes(status) || status >= 500;
    return isPassing ? new ServiceAway(message) : new PortFailure('unavailable', message);
  }

  async #readToken(): Promise<string> {
    const { token } = this.#options;
    if ('token' in token) return token.token;
    try {
      this.#token ??= (await readFile(token.file, 'utf8')).trim();
      return this.#token;
    } catch (cause) {
      throw new PortFailure('unavailable', 'the file with the token for Vault cannot be read', { cause });
    }
  }
}

import { parseJson } from '@attestlog/event';
import { errors, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { type KeySet, keySetOf } from './jwk-set.js';

/** Gets a URL: `globalThis.fetch` outside tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** After this long, keys are fetched again, while those that are known go on to be used. */
export const REFRESH_AFTER_MS = 10 * 60_000;
/** While nothing can be fetched, the known keys count for so long. */
export const KEEP_FOR_MS = 12 * 3_600_000;
/** Nobody can make us ask more often than this, whatever key ids tokens name. */
export const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

export interface IssuerKeysParts {
  url: string;
  fetch: Fetch;
  clock: Clock;
  onTrouble: (error: Error) => void;
}

/** The keys that an issuer publishes at a URL, kept fresh. */
export class IssuerKeys {
  readonly #parts: IssuerKeysParts;
  #set: KeySet | undefined;
  #fetchedAtMs = 0;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(parts: IssuerKeysParts) {
    this.#parts = parts;
  }

  /** Changes when the keys change: what was verified by earlier keys is to be verified again. */
  get fingerprint(): string | undefined {
    this.#refreshWhenOld();
    return this.#set?.fingerprint;
  }

  /**
   * Finds the key for a token's header. An unknown key id lets the keys be fetched once, in case the issuer has just
   * begun to sign with it.
   * @throws Problem `issuer-unavailable`; JWKSNoMatchingKey
   */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    const set = await this.#current();
    try {
      return await set.get(header, token);
    } catch (error) {
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && (this.#fetching !== undefined || this.#mayTry());
      if (!mayBeNew) throw error;
    }
    await this.#fetch();
    return (await this.#current()).get(header, token);
  };

  async #current(): Promise<KeySet> {
    this.#refreshWhenOld();
    if (!this.#isUsable() && (this.#fetching !== undefined || this.#mayTry())) await this.#fetch();
    if (this.#set === undefined || !this.#isUsable()) throw new Problem('issuer-unavailable');
    return this.#set;
  }

  #isUsable(): boolean {
    return this.#set !== undefined && this.#now() - this.#fetchedAtMs < KEEP_FOR_MS;
  }

  #refreshWhenOld(): void {
    const isOld = this.#set !== undefined && this.#now() - this.#fetchedAtMs >= REFRESH_AFTER_MS;
    if (isOld && this.#mayTry()) void this.#fetch();
  }

  #mayTry(): boolean {
    return this.#now() - this.#triedAtMs >= COOL_DOWN_MS;
  }

  #now(): number {
    return this.#parts.clock.monotonicMs();
  }

  /** Fetches the keys; one fetch at a time. Never rejects: what fails is told, and the known keys stay. */
  #fetch(): Promise<void> {
    this.#triedAtMs = this.#fetching === undefined ? this.#now() : this.#triedAtMs;
    this.#fetching ??= this.#load()
      .then((set) => {
        this.#set = set;
        this.#fetchedAtMs = this.#now();
      })
      .catch((error: Error) => this.#parts.onTrouble(error))
      .finally(() => {
        this.#fetching = undefined;
      });
    return this.#fetching;
  }

  async #load(): Promise<KeySet> {
    const { url, fetch } = this.#parts;
    const response = await fetch(url, {
      // A redirect could lead anywhere; the operator names the address itself.
      redirect: 'error',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
    const parsed = parseJson(await boundedText(response));
    if (parsed.error !== undefined) throw new Error(`${url}: ${parsed.error.message}`);
    return keySetOf(parsed.value);
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { PortFailure } from '../../ports/failure.js';
import { type MasterKey, WRAPPED_KEY_MAX_BYTES } from '../../ports/master-key.js';
import { formatEnvelope, parseEnvelope } from './envelope.js';

/** A master key that this process holds. */
export interface HeldKey {
  /** Never given to another key. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

export const LOCAL_KIND = 'local';
export const HELD_KEY_BYTES = 32;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Master keys in the memory of this process, from a file or the environment: AES-256-GCM with random nonces, of which a
 * key may use 2^32 (NIST SP 800-38D, section 8.3); it wraps a few keys for each tenant.
 */
export class LocalMasterKey implements MasterKey {
  readonly id: string;
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #random: (count: number) => Uint8Array;
  #closed = false;

  /**
   * @param keys at least one, of which the last one wraps
   * @throws PortFailure `refused` for keys of another length, or two of one id
   */
  constructor(keys: readonly HeldKey[], random: (count: number) => Uint8Array) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    const newest = keys.at(-1);
    if (newest === undefined || this.#keys.size < keys.length) {
      throw new PortFailure('refused', 'master keys: there is none, or two have one id');
    }
    if (keys.some(({ key }) => key.length !== HELD_KEY_BYTES)) {
      throw new PortFailure('refused', `master keys: each must have ${HELD_KEY_BYTES} bytes`);
    }
    this.id = newest.id;
    this.#random = random;
  }

  async wrap(key: Uint8Array, context: string): Promise<Uint8Array> {
    this.#refuseWhenClosed();
    if (key.length === 0 || key.length > WRAPPED_KEY_MAX_BYTES) {
      throw new PortFailure('refused', `master key: a key of ${key.length} bytes cannot be wrapped`);
    }
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.id)!, nonce);
    cipher.setAAD(authenticated(this.id, context));
    const parts = [nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()];
    return formatEnvelope({ kind: LOCAL_KIND, key: this.id, data: Buffer.concat(parts).toString('base64') });
  }

  async unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array> {
    this.#refuseWhenClosed();
    const { key: id, data } = parseEnvelope(wrapped, LOCAL_KIND);
    const key = this.#keys.get(id);
    if (key === undefined) throw new PortFailure('corrupt', `there is no master key ${id} here`);
    const box = Buffer.from(data, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated(id, context)).setAuthTag(box.subarray(-TAG_BYTES));
    try {
      const plain = decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES));
      return new Uint8Array(Buffer.concat([plain, decipher.final()]));
    } catch (cause) {
      throw new PortFailure('corrupt', 'a wrapped key was changed, or belongs elsewhere', { cause });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new PortFailure('closed', 'master key: closed');
  }
}

function authenticated(id: string, context: string): Buffer {
  return Buffer.from(`attestlog/master-key/v1\0${id}\0${context}`);
}

/**
 * Reads keys as the environment holds them: `ID:BASE64`, the newest last, separated by commas or spaces. An id is 1 to
 * 64 letters, digits, `.`, `_` and `-`.
 *
 * @throws PortFailure `refused` that says which one is wrong by its place, never what it is
 */
export function readHeldKeys(text: string): HeldKey[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.map((word, place) => {
    const [, id, base64] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/.exec(word) ?? [];
    const key = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
    if (id === undefined || key?.length !== HELD_KEY_BYTES) {
      throw new PortFailure('refused', `master key ${place + 1} is not ID:BASE64 of ${HELD_KEY_BYTES} bytes`);
    }
    return { id, key: new Uint8Array(key) };
  });
}

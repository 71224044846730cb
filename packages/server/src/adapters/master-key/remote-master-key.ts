import { PortFailure } from '../../ports/failure.js';
import { type MasterKey, WRAPPED_KEY_MAX_BYTES } from '../../ports/master-key.js';
import { formatEnvelope, parseEnvelope } from './envelope.js';

/** A service that encrypts with a key which never leaves it. */
export interface KeyService {
  /** Names the service in what it wrapped. */
  readonly kind: string;
  /** Encrypts; the context is authenticated. Fails with `unavailable`. */
  encrypt(plain: Uint8Array, context: string): Promise<Encrypted>;
  /** Decrypts what a key of that name encrypted. Fails with `unavailable`, or `corrupt` when the service refuses it. */
  decrypt(key: string, data: string, context: string): Promise<Uint8Array>;
}

export interface Encrypted {
  /** Name under which the service finds the key again. */
  key: string;
  /** Names the key, and where the service tells it the version, that encrypts now. */
  id: string;
  data: string;
}

const PROBE = new TextEncoder().encode('attestlog');

/** A master key in a key service. */
export class RemoteMasterKey implements MasterKey {
  readonly #service: KeyService;
  #id: string;
  #closed = false;

  private constructor(service: KeyService, id: string) {
    this.#service = service;
    this.#id = id;
  }

  /** Opens the key by wrapping and unwrapping a text, so that a missing permission is told at the start. */
  static async open(service: KeyService): Promise<RemoteMasterKey> {
    const { key, id, data } = await service.encrypt(PROBE, 'probe');
    const back = await service.decrypt(key, data, 'probe');
    if (Buffer.compare(back, PROBE) !== 0) throw new PortFailure('corrupt', 'the key service gave other bytes back');
    return new RemoteMasterKey(service, id);
  }

  get id(): string {
    return this.#id;
  }

  async wrap(key: Uint8Array, context: string): Promise<Uint8Array> {
    this.#refuseWhenClosed();
    if (key.length === 0 || key.length > WRAPPED_KEY_MAX_BYTES) {
      throw new PortFailure('refused', `master key: a key of ${key.length} bytes cannot be wrapped`);
    }
    const plain = Uint8Array.from(key);
    const { key: name, id, data } = await this.#service.encrypt(plain, context);
    // What is lost on its way here would be lost for good, with everything under it: it is worth another question.
    const back = await this.#service.decrypt(name, data, context);
    if (Buffer.compare(back, plain) !== 0)
      throw new PortFailure('unavailable', 'the key service gave other bytes back');
    this.#id = id;
    return formatEnvelope({ kind: this.#service.kind, key: name, data });
  }

  async unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array> {
    this.#refuseWhenClosed();
    const { key, data } = parseEnvelope(wrapped, this.#service.kind);
    return this.#service.decrypt(key, data, context);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new PortFailure('closed', 'master key: closed');
  }
}

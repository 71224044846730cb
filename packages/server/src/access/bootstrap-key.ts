import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Registry } from '../ports/registry.js';

const DOCUMENT = 'credential.bootstrap';

interface KeyDocument {
  /** SHA-256 of the key, hex. The key has 256 random bits, so nothing slower is needed. */
  sha256: string;
}

/** Says whether a credential is the key of this deployment. */
export class BootstrapKey {
  readonly #digest: Buffer;

  constructor(digest: Buffer) {
    this.#digest = digest;
  }

  matches(credential: string): boolean {
    return timingSafeEqual(digestOf(credential), this.#digest);
  }
}

/** A key that was made, not kept yet: to be kept just before it is shown, so that no unseen key is ever in force. */
export interface MadeKey {
  text: string;
  /** Keeps the hash: from now on this is the key. */
  keep(): Promise<void>;
}

/** The key that is configured; or the one whose hash is kept from the first start; or else a new one, `made`. */
export async function openBootstrapKey(
  registry: Registry,
  configured: string | undefined,
): Promise<{ key: BootstrapKey; made?: MadeKey }> {
  if (configured !== undefined) return { key: new BootstrapKey(digestOf(configured)) };
  const known = await registry.get<KeyDocument>(DOCUMENT);
  if (known !== undefined) return { key: new BootstrapKey(Buffer.from(known.value.sha256, 'hex')) };
  const text = `attestlog_${randomBytes(32).toString('base64url')}`;
  const digest = digestOf(text);
  const document: KeyDocument = { sha256: digest.toString('hex') };
  const keep = async () => {
    await registry.put(DOCUMENT, document, 0);
  };
  return { key: new BootstrapKey(digest), made: { text, keep } };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

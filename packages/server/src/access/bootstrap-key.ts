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

/**
 * The key that is configured; or else the one made on the first start, of which only the hash is kept.
 * `made` is the new key, to be shown this once.
 */
export async function openBootstrapKey(
  registry: Registry,
  configured: string | undefined,
): Promise<{ key: BootstrapKey; made?: string }> {
  if (configured !== undefined) return { key: new BootstrapKey(digestOf(configured)) };
  const known = await registry.get<KeyDocument>(DOCUMENT);
  if (known !== undefined) return { key: new BootstrapKey(Buffer.from(known.value.sha256, 'hex')) };
  const made = `attestlog_${randomBytes(32).toString('base64url')}`;
  const digest = digestOf(made);
  const document: KeyDocument = { sha256: digest.toString('hex') };
  await registry.put(DOCUMENT, document, 0);
  return { key: new BootstrapKey(digest), made };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

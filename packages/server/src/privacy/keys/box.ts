import { createCipheriv, createDecipheriv } from 'node:crypto';

export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts with AES-256-GCM: nonce ‖ ciphertext ‖ tag (16 bytes).
 *
 * @param nonce 12 bytes, never twice for one key and two contents: docs/decisions/0009 says why that holds for each use
 * @param boundTo text that is authenticated with it
 */
export function closeBox(key: Uint8Array, nonce: Uint8Array, content: Uint8Array, boundTo: string): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes`);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(boundTo));
  // By hand, since Buffer.concat takes half as long as the encryption itself.
  const box = Buffer.allocUnsafe(NONCE_BYTES + content.length + TAG_BYTES);
  box.set(nonce);
  box.set(cipher.update(content), NONCE_BYTES);
  // The counter mode has nothing left to give.
  cipher.final();
  box.set(cipher.getAuthTag(), NONCE_BYTES + content.length);
  return box;
}

/** What {@link closeBox} encrypted; undefined when the key, the text it is bound to or a byte of it is another one. */
export function openBox(key: Uint8Array, box: Uint8Array, boundTo: string): Buffer | undefined {
  if (box.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = box.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(box.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

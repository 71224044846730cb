import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts as a key service would: AES-256-GCM with the context authenticated. */
export function box(key: Uint8Array, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What {@link box} encrypted; undefined for anything else. */
export function unbox(key: Uint8Array, boxed: Buffer, context: string): Buffer | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, boxed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(context)).setAuthTag(boxed.subarray(-16));
    return Buffer.concat([decipher.update(boxed.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

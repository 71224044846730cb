import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fromBase64, toBase64, utf8 } from './text-encoding.js';
import { TlogError } from './tlog-error.js';

/** Plain Ed25519 signature of the note body (signed-note). */
export const TYPE_ED25519 = 0x01;
/** Ed25519 cosignature/v1 with a timestamp (tlog-cosignature). */
export const TYPE_COSIGNATURE = 0x04;
/** ML-DSA-44 (tlog-cosignature). Named so that its keys can be told from garbage; this package has no verifier for it. */
export const TYPE_ML_DSA_44 = 0x06;

/** Bytes of a raw Ed25519 public key, and of a private key's seed (RFC 8032). */
export const ED25519_KEY_BYTES = 32;

const PUBLIC_KEY_BYTES = new Map<number, number>([
  [TYPE_ED25519, ED25519_KEY_BYTES],
  [TYPE_COSIGNATURE, ED25519_KEY_BYTES],
  [TYPE_ML_DSA_44, 1312],
]);

// PKCS #8 wrapper of a bare Ed25519 seed (RFC 8410 section 7).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What a verifier key text says. `keyId` is a uint32: the first four bytes of the key's hash. */
export interface NoteKey {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

/** Whether `name` may name a key: not empty, no Unicode space, no plus, no control character (signed-note). */
export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\u0000-\u001f\u007f]/u.test(name);
}

/** Key id: SHA-256(name ‖ 0x0A ‖ type ‖ public key), first four bytes as a big-endian uint32 (signed-note). */
export function keyId(name: string, type: number, publicKey: Uint8Array): number {
  const digest = createHash('sha256')
    .update(utf8(`${name}\n`))
    .update(Uint8Array.of(type))
    .update(publicKey)
    .digest();
  return digest.readUInt32BE(0);
}

/**
 * Verifier key text: `name+hex8(key id)+base64(type ‖ public key)` (signed-note).
 * @throws TlogError `malformed-key` if the name is not a key name or the key has the wrong length for its type.
 */
export function formatVerifierKey(name: string, type: number, publicKey: Uint8Array): string {
  requireKey(name, type, publicKey);
  const id = keyId(name, type, publicKey).toString(16).padStart(8, '0');
  return `${name}+${id}+${toBase64(Uint8Array.of(type, ...publicKey))}`;
}

/**
 * Reads what {@link formatVerifierKey} writes, and nothing else.
 * @throws TlogError `malformed-key`, also when the key id is not that of the name and key.
 */
export function parseVerifierKey(text: string): NoteKey {
  const [name, id, data] = splitKey(text, 'verifier');
  const bytes = fromBase64(data);
  if (bytes === undefined || bytes.length < 2) throw new TlogError('malformed-key', 'verifier key is not base64');
  const type = bytes[0]!;
  const publicKey = bytes.slice(1);
  requireKey(name, type, publicKey);
  const expected = keyId(name, type, publicKey);
  if (id !== expected.toString(16).padStart(8, '0')) {
    throw new TlogError('malformed-key', `verifier key of ${name} states the key id ${id}, which is not its own`);
  }
  return { name, keyId: expected, type, publicKey };
}

/** A new Ed25519 private key. The only place where this package draws on randomness. */
export function generateEd25519Key(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** The Ed25519 private key of a 32-byte seed (RFC 8032). @throws TlogError `malformed-key`. */
export function ed25519KeyFromSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== ED25519_KEY_BYTES) throw new TlogError('malformed-key', 'an Ed25519 seed is 32 bytes');
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}

/** Raw 32-byte public key of an Ed25519 key, private or public. @throws TlogError `malformed-key` for other keys. */
export function ed25519PublicKey(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') throw new TlogError('malformed-key', 'not an Ed25519 key');
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spki.length - ED25519_KEY_BYTES));
}

/** Key object of a raw 32-byte Ed25519 public key. @throws TlogError `malformed-key`. */
export function ed25519KeyFromPublic(publicKey: Uint8Array): KeyObject {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    throw new TlogError('malformed-key', 'not an Ed25519 public key');
  }
}

function splitKey(text: string, what: string): [string, string, string] {
  // Base64 may contain a plus, so only the first two separate.
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) throw new TlogError('malformed-key', `${what} key is not of the form name+id+key`);
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function requireKey(name: string, type: number, publicKey: Uint8Array): void {
  if (!isKeyName(name)) throw new TlogError('malformed-key', `not a key name: ${JSON.stringify(name)}`);
  const bytes = PUBLIC_KEY_BYTES.get(type);
  if (bytes === undefined) throw new TlogError('malformed-key', `unknown signature type ${type} of key ${name}`);
  if (publicKey.length !== bytes) {
    throw new TlogError('malformed-key', `key ${name} of type ${type} has ${publicKey.length} bytes, not ${bytes}`);
  }
}

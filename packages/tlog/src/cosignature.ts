import { sign as ed25519Sign, verify as ed25519Verify, type KeyObject } from 'node:crypto';
import { ed25519Verifier, formatSignature, type NoteVerifier } from './note.js';
import {
  ed25519KeyFromPublic,
  ed25519PublicKey,
  formatVerifierKey,
  keyId,
  parseVerifierKey,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
} from './note-key.js';
import { utf8 } from './text-encoding.js';
import { requireCount, TlogError } from './tlog-error.js';

const TIMESTAMP_BYTES = 8;
const PAYLOAD_BYTES = TIMESTAMP_BYTES + 64;

/** A witness's key. */
export interface Cosigner {
  readonly name: string;
  readonly keyId: number;
  readonly verifierKey: string;
  /**
   * The signature line, with its newline, that says: at this time I knew this checkpoint as the log's latest.
   * @param body the checkpoint's body, with its last newline
   * @param unixSeconds POSIX time, whole seconds
   */
  cosign(body: string, unixSeconds: number): string;
}

/** A cosigner of checkpoints, type 0x04 (tlog-cosignature v1). @throws TlogError `malformed-key`. */
export function cosigner(name: string, privateKey: KeyObject): Cosigner {
  const publicKey = ed25519PublicKey(privateKey);
  const id = keyId(name, TYPE_COSIGNATURE, publicKey);
  return {
    name,
    keyId: id,
    verifierKey: formatVerifierKey(name, TYPE_COSIGNATURE, publicKey),
    cosign(body, unixSeconds) {
      requireCount(unixSeconds, 'time in seconds');
      const signature = new Uint8Array(PAYLOAD_BYTES);
      new DataView(signature.buffer).setBigUint64(0, BigInt(unixSeconds));
      signature.set(ed25519Sign(null, cosignedText(utf8(body), BigInt(unixSeconds)), privateKey), TIMESTAMP_BYTES);
      return formatSignature({ name, keyId: id, signature });
    },
  };
}

/** A verifier of cosignatures from its key text. @throws TlogError `malformed-key`, also for other types. */
export function cosignatureVerifier(verifierKey: string): NoteVerifier {
  const key = parseVerifierKey(verifierKey);
  if (key.type !== TYPE_COSIGNATURE) {
    throw new TlogError('malformed-key', `key ${key.name} is of type ${key.type}, not 4`);
  }
  const publicKey = ed25519KeyFromPublic(key.publicKey);
  return {
    name: key.name,
    keyId: key.keyId,
    type: key.type,
    verify(message, signature) {
      if (signature.length !== PAYLOAD_BYTES) return false;
      const time = timestamp(signature);
      if (time > BigInt(Number.MAX_SAFE_INTEGER)) return false;
      return ed25519Verify(null, cosignedText(message, time), publicKey, signature.subarray(TIMESTAMP_BYTES));
    },
  };
}

/** The verifier that a key text asks for: Ed25519 notes or cosignatures. @throws TlogError `malformed-key`. */
export function noteVerifier(verifierKey: string): NoteVerifier {
  const { name, type } = parseVerifierKey(verifierKey);
  if (type === TYPE_ED25519) return ed25519Verifier(verifierKey);
  if (type === TYPE_COSIGNATURE) return cosignatureVerifier(verifierKey);
  throw new TlogError('malformed-key', `no verifier for the type ${type} of key ${name}`);
}

/**
 * POSIX time in seconds that a cosignature states; `signature` comes without the key id.
 * Only to be believed after the cosignature has verified.
 */
export function cosignatureTime(signature: Uint8Array): number {
  if (signature.length !== PAYLOAD_BYTES) throw new TlogError('malformed-note', 'not a cosignature/v1');
  return Number(timestamp(signature));
}

function timestamp(signature: Uint8Array): bigint {
  return new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
}

function cosignedText(body: Uint8Array, time: bigint): Uint8Array {
  return Buffer.concat([utf8(`cosignature/v1\ntime ${time}\n`), body]);
}

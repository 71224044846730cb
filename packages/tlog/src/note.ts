import { sign as ed25519Sign, verify as ed25519Verify, type KeyObject } from 'node:crypto';
import {
  ed25519KeyFromPublic,
  ed25519PublicKey,
  formatVerifierKey,
  isKeyName,
  keyId,
  parseVerifierKey,
  TYPE_ED25519,
} from './note-key.js';
import { fromBase64, fromUtf8, toBase64, utf8 } from './text-encoding.js';
import { TlogError } from './tlog-error.js';

/** Longest signed note that is read, in UTF-16 code units; longer ones are malformed. */
export const MAX_NOTE_LENGTH = 1_000_000;
/** Most signatures that a note may have (signed-note asks for at least 16). */
export const MAX_SIGNATURES = 100;

/** Signs note bodies. `sign` gets the body with its last newline as UTF-8, and returns the signature without key id. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  readonly verifierKey: string;
  sign(message: Uint8Array): Uint8Array;
}

/** Checks signatures of one key. `signature` comes without the key id. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** One signature line. `keyId` is a uint32; `signature` is what follows it. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A note whose signatures have been read, not verified. `body` ends with its newline. */
export interface Note {
  readonly body: string;
  readonly signatures: readonly NoteSignature[];
}

/** A signature that verified, with the type of its key. */
export interface VerifiedSignature extends NoteSignature {
  readonly type: number;
}

/** A note with at least one good signature. `verified` has each known key once; `unknown` has the ignored rest. */
export interface OpenedNote {
  readonly body: string;
  readonly verified: readonly VerifiedSignature[];
  readonly unknown: readonly NoteSignature[];
}

/** A signer of plain Ed25519 notes, type 0x01 (signed-note). @throws TlogError `malformed-key`. */
export function ed25519Signer(name: string, privateKey: KeyObject): NoteSigner {
  const publicKey = ed25519PublicKey(privateKey);
  return {
    name,
    keyId: keyId(name, TYPE_ED25519, publicKey),
    verifierKey: formatVerifierKey(name, TYPE_ED25519, publicKey),
    sign: (message) => new Uint8Array(ed25519Sign(null, message, privateKey)),
  };
}

/** A verifier of plain Ed25519 notes from its key text. @throws TlogError `malformed-key`, also for other types. */
export function ed25519Verifier(verifierKey: string): NoteVerifier {
  const key = parseVerifierKey(verifierKey);
  if (key.type !== TYPE_ED25519) throw new TlogError('malformed-key', `key ${key.name} is of type ${key.type}, not 1`);
  const publicKey = ed25519KeyFromPublic(key.publicKey);
  return {
    name: key.name,
    keyId: key.keyId,
    type: key.type,
    verify: (message, signature) => signature.length === 64 && ed25519Verify(null, message, publicKey, signature),
  };
}

/** One signature line with its newline: `— <name> <base64(key id ‖ signature)>`. */
export function formatSignature(signature: NoteSignature): string {
  const id = signature.keyId;
  const bytes = Uint8Array.of(id >>> 24, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff, ...signature.signature);
  return `— ${signature.name} ${toBase64(bytes)}\n`;
}

/**
 * Reads signature lines, each with its newline.
 * @throws TlogError `malformed-note` if there is none, or one is not in canonical form.
 */
export function parseSignatures(lines: string): NoteSignature[] {
  if (!lines.endsWith('\n')) throw malformed('does not end with a newline');
  const parts = lines.slice(0, -1).split('\n');
  if (parts.length > MAX_SIGNATURES) throw malformed(`has over ${MAX_SIGNATURES} signatures`);
  return parts.map(parseSignature);
}

/**
 * Signs a body, which must be text that ends with a newline; it may contain blank lines.
 * @throws TlogError `malformed-note` if the body cannot be a note's body; `bad-argument` without signers.
 */
export function signNote(body: string, signers: readonly NoteSigner[]): string {
  requireText(body);
  if (!body.endsWith('\n')) throw malformed('has a body that does not end with a newline');
  if (signers.length === 0) throw new TlogError('bad-argument', 'a note needs at least one signer');
  const message = utf8(body);
  const lines = signers.map(({ name, keyId, sign }) => {
    if (!isKeyName(name)) throw new TlogError('malformed-key', `not a key name: ${JSON.stringify(name)}`);
    return formatSignature({ name, keyId, signature: sign(message) });
  });
  return `${body}\n${lines.join('')}`;
}

/**
 * Splits a note at its last blank line and reads its signature lines, without verifying any (signed-note).
 * @throws TlogError `malformed-note` for anything that is not UTF-8, has control characters, or is not in canonical form.
 */
export function parseNote(note: string | Uint8Array): Note {
  const text = typeof note === 'string' ? note : fromUtf8(note);
  if (text === undefined) throw malformed('is not UTF-8');
  requireText(text);
  const split = text.lastIndexOf('\n\n');
  if (split < 0) throw malformed('has no blank line before its signatures');
  return { body: text.slice(0, split + 1), signatures: parseSignatures(text.slice(split + 2)) };
}

/**
 * Opens a note: every signature by a known key (same name and key id) must verify, and there must be one.
 * Signatures by unknown keys are ignored (signed-note). A known key counts once, however often it signed.
 * @throws TlogError `malformed-note`, `bad-signature`, `unknown-key`.
 */
export function openNote(note: string | Uint8Array, verifiers: readonly NoteVerifier[]): OpenedNote {
  const { body, signatures } = parseNote(note);
  const message = utf8(body);
  const verified: VerifiedSignature[] = [];
  const unknown: NoteSignature[] = [];
  for (const signature of signatures) {
    const { name, keyId } = signature;
    const known = verifiers.filter((verifier) => verifier.name === name && verifier.keyId === keyId);
    if (known.length === 0) {
      unknown.push(signature);
      continue;
    }
    const verifier = known.find((candidate) => candidate.verify(message, signature.signature));
    if (verifier === undefined) throw new TlogError('bad-signature', `the signature of ${name} does not verify`);
    if (!verified.some((earlier) => earlier.name === name && earlier.keyId === keyId)) {
      verified.push({ ...signature, type: verifier.type });
    }
  }
  if (verified.length === 0) throw new TlogError('unknown-key', 'the note has no signature from a known key');
  return { body, verified, unknown };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name, base64, ...rest] = line.split(' ');
  if (dash !== '—' || name === undefined || base64 === undefined || rest.length > 0 || !isKeyName(name)) {
    throw malformed('has a line after the blank line that is not a signature');
  }
  const bytes = fromBase64(base64);
  if (bytes === undefined || bytes.length < 5) throw malformed(`has a signature of ${name} that is not base64`);
  return { name, keyId: new DataView(bytes.buffer).getUint32(0), signature: bytes.slice(4) };
}

function requireText(text: string): void {
  if (text.length > MAX_NOTE_LENGTH) throw malformed(`is longer than ${MAX_NOTE_LENGTH} characters`);
  if (!text.isWellFormed()) throw malformed('has a lone surrogate');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw malformed('has a control character');
}

function malformed(what: string): TlogError {
  return new TlogError('malformed-note', `the note ${what}`);
}

import type { Pepper } from './pepper.js';
import { base62, fromBase62, type RandomBytes, randomText } from './random-text.js';
import { readSecret, type SecretKind, writeSecret } from './secret-text.js';

const ROOT_LENGTH = 32;
const GENERATION_LENGTH = 5;
/** 128 bits of a keyed hash. */
const PROOF_LENGTH = 22;
const PROOF_BYTES = 16;

export const REFRESH_TOKEN: SecretKind = {
  prefix: 'alr',
  idLength: 16,
  secretLength: ROOT_LENGTH + GENERATION_LENGTH + PROOF_LENGTH,
};

/**
 * A refresh token: the session, the session's root (random, the same in all of its tokens), the generation, and a proof
 * that only we can make of these.
 *
 * So the next token follows from the one before and our pepper: a client that did not get an answer can ask again and
 * gets the same one, though we keep a hash of the root only. And an old token can be told from an invented one: only a
 * real one, used again, ends the session.
 */
export interface RefreshToken {
  session: string;
  root: string;
  generation: number;
}

export function newRefreshToken(random: RandomBytes): RefreshToken {
  return { session: randomText(random, REFRESH_TOKEN.idLength), root: randomText(random, ROOT_LENGTH), generation: 0 };
}

export function writeRefreshToken(pepper: Pepper, token: RefreshToken): string {
  const generation = base62(BigInt(token.generation), GENERATION_LENGTH);
  return writeSecret(REFRESH_TOKEN, { id: token.session, secret: token.root + generation + proof(pepper, token) });
}

/** The token of a text, if we wrote it; undefined for any other. Whether it counts still is asked of the session. */
export function readRefreshToken(pepper: Pepper, text: string): RefreshToken | undefined {
  const parts = readSecret(REFRESH_TOKEN, text);
  if (parts === undefined) return undefined;
  const { id: session, secret } = parts;
  const generation = fromBase62(secret.slice(ROOT_LENGTH, -PROOF_LENGTH));
  if (generation === undefined) return undefined;
  const token = { session, root: secret.slice(0, ROOT_LENGTH), generation: Number(generation) };
  return pepper.isSame(proof(pepper, token), secret.slice(-PROOF_LENGTH)) ? token : undefined;
}

/** What a session keeps of the root. */
export function rootHash(pepper: Pepper, { session, root }: RefreshToken): string {
  return pepper.digest('refresh-root', session, root).toString('hex');
}

function proof(pepper: Pepper, { session, root, generation }: RefreshToken): string {
  const bytes = pepper.digest('refresh-token', session, root, generation).subarray(0, PROOF_BYTES);
  return base62(BigInt(`0x${bytes.toString('hex')}`), PROOF_LENGTH);
}

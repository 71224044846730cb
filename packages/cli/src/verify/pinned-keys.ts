import { readFile } from 'node:fs/promises';
import {
  type LogMemory,
  type NoteVerifier,
  noteVerifier,
  type PinnedKeys,
  parseVerifierKey,
  TlogError,
  verifierKeysOf,
} from '@attestlog/tlog';
import { isSystemError, messageOf, usageFailure } from '../failure.js';

/**
 * The keys that a log has to be signed with: those given, else those remembered, else those that the log itself shows,
 * which is trust on first use.
 * @param given `--key`, each a verifier key or a file with one a line
 * @param shown asks the log; undefined if it is one that shows none
 * @throws CliFailure `usage` for a text that is neither a key nor a file of keys, or when there is no key
 */
export async function pinKeys(
  given: readonly string[],
  memory: LogMemory | undefined,
  shown: (() => Promise<string>) | undefined,
): Promise<PinnedKeys> {
  if (given.length > 0) {
    const keys = (await Promise.all(given.map(keysGiven))).flat();
    return { keys, verifiers: verifiersOf(keys), trust: 'given' };
  }
  if (memory !== undefined) {
    return { keys: memory.keys, verifiers: verifiersOf(memory.keys), trust: 'remembered' };
  }
  if (shown === undefined) {
    throw usageFailure('A foreign log needs --key', "Give the log's verifier key (name+id+key), or a file with it.");
  }
  const keys = verifierKeysOf(await shown());
  if (keys.length === 0) throw usageFailure('The server shows no key', 'Give one with --key.');
  return { keys, verifiers: verifiersOf(keys), trust: 'first-use' };
}

async function keysGiven(text: string): Promise<string[]> {
  if (isKey(text)) return [text];
  try {
    const keys = verifierKeysOf(await readFile(text, 'utf8'));
    if (keys.length > 0) return keys;
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') && !isSystemError(error, 'ENAMETOOLONG')) {
      throw usageFailure(`Cannot read ${text}: ${messageOf(error)}`);
    }
  }
  throw usageFailure(`Neither a verifier key nor a file of keys: ${text}`, 'A key looks like name+1a2b3c4d+AbCd…=');
}

/** Verifiers of these keys, for logs and witnesses. @throws CliFailure `usage` for a key that cannot be used */
export function verifiersOf(keys: readonly string[]): NoteVerifier[] {
  return keys.map(verifierOf);
}

function verifierOf(key: string): NoteVerifier {
  try {
    return noteVerifier(key);
  } catch (error) {
    if (error instanceof TlogError) throw usageFailure(`Not a usable verifier key: ${error.message}`, key);
    throw error;
  }
}

function isKey(text: string): boolean {
  try {
    parseVerifierKey(text);
    return true;
  } catch {
    return false;
  }
}

import { canonicalJson, UnacceptableJsonError } from '../canonical-json.js';
import type { Json } from '../json-value.js';
import type { Sha256Hex } from '../payloads.js';
import { utf8 } from '../utf8.js';
import { type SealedField, sealedFieldsOf } from './sealed-value.js';

/** The value of a sealed field with what it takes to check it; or which erasure took it. */
export type Opening = OpenedField | ErasedField;

export interface OpenedField {
  readonly pointer: string;
  /** 32 bytes as lower-case hex. */
  readonly salt: string;
  readonly value: Json;
}

export interface ErasedField {
  readonly pointer: string;
  /** Id of the erasure, whose certificate stands in the log. */
  readonly erasure: string;
}

/**
 * What a verifier finds about a sealed field.
 * - `verified`: its value is the one that the entry commits to.
 * - `erased`: an erasure took it whose certificate the verifier knows.
 * - `missing`: neither. A violation: something that was recorded cannot be shown.
 */
export type FieldVerdict =
  | { readonly pointer: string; readonly state: 'verified' }
  | { readonly pointer: string; readonly state: 'erased'; readonly erasure: string }
  | { readonly pointer: string; readonly state: 'missing'; readonly reason: MissingReason };

/** No opening was given; one that is not of this value; or one that names an erasure without a certificate. */
export type MissingReason = 'no-opening' | 'wrong-opening' | 'no-certificate';

export interface OpeningChecks {
  readonly sha256: Sha256Hex;
  /** Whether the log has a certificate of the erasure that covers this entry. */
  readonly isCertified: (erasure: string) => boolean;
}

const SALT = /^[0-9a-f]{64}$/;

/**
 * Checks each sealed field of an event against what the server opened of it. Openings of fields that the event does not
 * have count for nothing. A payload that was moved out is looked into when it stands in its place.
 *
 * @param event the entry as JSON
 */
export function verifyOpenings(event: unknown, openings: readonly Opening[], checks: OpeningChecks): FieldVerdict[] {
  return verifySealedFields(sealedFieldsOf(event), openings, checks);
}

/** {@link verifyOpenings} for those who kept the sealed fields of an event, and not the event. */
export function verifySealedFields(
  fields: readonly SealedField[],
  openings: readonly Opening[],
  { sha256, isCertified }: OpeningChecks,
): FieldVerdict[] {
  const byPointer = new Map(openings.map((opening) => [opening.pointer, opening]));
  return fields.map(({ pointer, commitment }): FieldVerdict => {
    const opening = byPointer.get(pointer);
    if (opening === undefined) return { pointer, state: 'missing', reason: 'no-opening' };
    if ('erasure' in opening) {
      if (!isCertified(opening.erasure)) return { pointer, state: 'missing', reason: 'no-certificate' };
      return { pointer, state: 'erased', erasure: opening.erasure };
    }
    if (!opens(opening, commitment, sha256)) return { pointer, state: 'missing', reason: 'wrong-opening' };
    return { pointer, state: 'verified' };
  });
}

function opens({ salt, value }: OpenedField, commitment: string, sha256: Sha256Hex): boolean {
  if (!SALT.test(salt)) return false;
  try {
    return sha256(commitmentInput(bytesOf(salt), canonicalJson(value))) === commitment;
  } catch (error) {
    if (error instanceof UnacceptableJsonError) return false;
    throw error;
  }
}

/**
 * What a commitment is the SHA-256 of: the salt, then the value's canonical JSON (RFC 8785) in UTF-8.
 *
 * @param salt 32 bytes
 * @param json canonical JSON of the value
 */
export function commitmentInput(salt: Uint8Array, json: string): Uint8Array {
  const text = utf8(json);
  const input = new Uint8Array(salt.length + text.length);
  input.set(salt);
  input.set(text, salt.length);
  return input;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

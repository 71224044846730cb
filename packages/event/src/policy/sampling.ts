import { utf8 } from '../utf8.js';
import type { PolicyEvent } from './policy-event.js';

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const HASH_VALUES = 2 ** 32;

/**
 * What an event is sampled by: the widest thing that it names, so that what belongs together stays together. The first
 * of correlation, request, session, trace and event id that is there and not empty; undefined when none is.
 */
export function samplingKey(event: PolicyEvent, id: string | undefined): string | undefined {
  return event.correlation_id || event.request_id || event.session_id || event.trace_id || event.id || id || undefined;
}

/**
 * Whether the events of a key are kept at a rate: the same for every SDK, every server and every repeat, and what is
 * kept at one rate is kept at every higher one.
 *
 * @param rate share of keys to keep, 0 to 1
 * @param salt set by the tenant; without it, whoever chooses a correlation id can choose one that is not kept
 */
export function isKept(key: string, rate: number, salt: string): boolean {
  return samplingHash(salt + key) < rate * HASH_VALUES;
}

/**
 * A 32-bit hash that takes ten lines in any language: FNV-1a (draft-eastlake-fnv, 32 bits) over the UTF-8 bytes, then
 * the finalizer of MurmurHash3 (`fmix32`), since the high bits of FNV-1a barely move between similar short keys.
 * `packages/event/testdata/sampling-hashes.json` has vectors. No defence against someone who knows the salt.
 *
 * @returns 0 to 2^32 − 1
 */
export function samplingHash(text: string): number {
  let hash = FNV_OFFSET_BASIS;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Beyond ASCII a character is several bytes: begin again, by bytes.
    if (code > 0x7f) return finalize(hashBytes(utf8(text)));
    hash = Math.imul(hash ^ code, FNV_PRIME);
  }
  return finalize(hash);
}

function hashBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash;
}

function finalize(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

import { equalBytes, HASH_BYTES } from './hash.js';

/** Most mixtures that are made of one slot: eight hashes with two candidates each. */
const MAX_MIXTURES = 256;
/** Most combinations of all slots that are tried when each may be a mixture. */
const MAX_COMBINATIONS = 4096;

/** One run of hashes, as up to a few sources have it. Each source may be wrong in places. */
export type Slot = readonly (Uint8Array | undefined)[];

type Accept = (contents: readonly Uint8Array[]) => boolean;

/**
 * Finds the hashes that `accept` accepts: slot by slot as one of the sources has them, or, where the sources of a slot
 * differ in few places, hash by hash from any of them. What `accept` checks is a root, so that what it accepts is
 * authentic wherever it came from.
 * @returns one array a slot, or undefined if no such choice was found
 */
export function reconcile(slots: readonly Slot[], accept: Accept): Uint8Array[] | undefined {
  const sources = slots.map((slot) => distinct(slot.filter((source) => source !== undefined)));
  if (sources.some(({ length }) => length === 0)) return undefined;
  const found = tryAll(sources, accept);
  if (found !== undefined) return found;
  const mixed = sources.map((candidates) => [...candidates, ...mixtures(candidates)]);
  if (mixed.reduce((product, { length }) => product * length, 1) <= MAX_COMBINATIONS) return tryAll(mixed, accept);
  for (const [i, candidates] of mixed.entries()) {
    const result = tryAll(sources.with(i, candidates), accept);
    if (result !== undefined) return result;
  }
  return undefined;
}

function tryAll(choices: readonly (readonly Uint8Array[])[], accept: Accept): Uint8Array[] | undefined {
  for (const picks of combinations(choices.map(({ length }) => length))) {
    const contents = choices.map((candidates, i) => candidates[picks[i]!]!);
    if (accept(contents)) return contents;
  }
  return undefined;
}

/** Every run that takes each hash from any of the sources; none if that would be too many. */
function mixtures(sources: readonly Uint8Array[]): Uint8Array[] {
  const places: { at: number; candidates: Uint8Array[] }[] = [];
  let count = 1;
  for (let at = 0; at < sources[0]!.length; at += HASH_BYTES) {
    const candidates = distinct(sources.map((source) => source.subarray(at, at + HASH_BYTES)));
    if (candidates.length === 1) continue;
    places.push({ at, candidates });
    count *= candidates.length;
    if (count > MAX_MIXTURES) return [];
  }
  return Array.from(combinations(places.map(({ candidates }) => candidates.length)), (picks) => {
    const mixture = new Uint8Array(sources[0]!);
    for (const [i, { at, candidates }] of places.entries()) mixture.set(candidates[picks[i]!]!, at);
    return mixture;
  });
}

function distinct(sources: readonly Uint8Array[]): Uint8Array[] {
  return sources.filter((source, i) => !sources.slice(0, i).some((earlier) => equalBytes(earlier, source)));
}

/** Every way to pick one of `counts[i]` for each i. Yields the same array each time. */
function* combinations(counts: readonly number[]): Generator<readonly number[]> {
  const picks = counts.map(() => 0);
  for (;;) {
    yield picks;
    let i = 0;
    while (i < picks.length && picks[i] === counts[i]! - 1) picks[i++] = 0;
    if (i === picks.length) return;
    picks[i]! += 1;
  }
}

import { equalBytes, HASH_BYTES } from './hash.js';

/** Most combinations that are tried hash by hash: eight hashes with two candidates each. */
const MAX_MIXES = 256;

/** One run of hashes, as up to a few sources have it. Sources may disagree, and all but one place may be wrong. */
export type Slot = readonly (Uint8Array | undefined)[];

/**
 * Finds the hashes that `accept` accepts: slot by slot all from one source, or, where the sources differ in few places,
 * hash by hash. What `accept` checks is a root, so that what it accepts is authentic wherever it came from.
 * @returns one array a slot, or undefined if there is no such choice
 */
export function reconcile(
  slots: readonly Slot[],
  accept: (contents: readonly Uint8Array[]) => boolean,
): Uint8Array[] | undefined {
  const choices = slots.map((slot) => distinct(slot.filter((source) => source !== undefined)));
  if (choices.some((sources) => sources.length === 0)) return undefined;
  return trySources(choices, accept) ?? tryHashes(choices, accept);
}

function trySources(
  choices: readonly (readonly Uint8Array[])[],
  accept: (contents: readonly Uint8Array[]) => boolean,
): Uint8Array[] | undefined {
  for (const picks of combinations(choices.map((sources) => sources.length))) {
    const contents = choices.map((sources, i) => sources[picks[i]!]!);
    if (accept(contents)) return contents;
  }
  return undefined;
}

function tryHashes(
  choices: readonly (readonly Uint8Array[])[],
  accept: (contents: readonly Uint8Array[]) => boolean,
): Uint8Array[] | undefined {
  const places: { slot: number; at: number; candidates: Uint8Array[] }[] = [];
  let mixes = 1;
  for (const [slot, sources] of choices.entries()) {
    for (let at = 0; at < sources[0]!.length; at += HASH_BYTES) {
      const candidates = distinct(sources.map((source) => source.subarray(at, at + HASH_BYTES)));
      if (candidates.length === 1) continue;
      places.push({ slot, at, candidates });
      mixes *= candidates.length;
      if (mixes > MAX_MIXES) return undefined;
    }
  }
  const contents = choices.map((sources) => new Uint8Array(sources[0]!));
  for (const picks of combinations(places.map(({ candidates }) => candidates.length))) {
    for (const [i, { slot, at, candidates }] of places.entries()) contents[slot]!.set(candidates[picks[i]!]!, at);
    if (accept(contents)) return contents;
  }
  return undefined;
}

function distinct(sources: readonly Uint8Array[]): Uint8Array[] {
  return sources.filter((source, i) => !sources.slice(0, i).some((earlier) => equalBytes(earlier, source)));
}

/** Every way to pick one of `counts[i]` for each i. */
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

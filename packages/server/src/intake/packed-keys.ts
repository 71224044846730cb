import type { SubjectKey } from '../privacy/keys/subject-key-document.js';
import type { SealingKeys } from '../privacy/keys/subject-keys.js';

const KEY_BYTES = 32;

/**
 * Keys as one thread sends them to another: all bytes in one buffer of their own, since a copy of a key that lies in a
 * shared buffer would take the whole buffer along.
 */
export interface PackedKeys {
  /** The blind key, the mask key, then those of the subjects: 32 bytes each. */
  readonly bytes: Uint8Array;
  readonly subjects: readonly string[];
  readonly tags: readonly string[];
  readonly generations: readonly number[];
  readonly isWatched: boolean;
}

export function packKeys({ blindKey, maskKey, subjects, isWatched }: SealingKeys): PackedKeys {
  const keys = [...subjects.values()];
  const bytes = new Uint8Array((2 + keys.length) * KEY_BYTES);
  [blindKey, maskKey, ...keys.map(({ key }) => key)].forEach((key, place) => {
    bytes.set(key, place * KEY_BYTES);
  });
  const tags = keys.map(({ tag }) => tag);
  const generations = keys.map(({ generation }) => generation);
  return { bytes, subjects: [...subjects.keys()], tags, generations, isWatched };
}

export function unpackKeys({ bytes, subjects, tags, generations, isWatched }: PackedKeys): SealingKeys {
  const keyAt = (place: number) => bytes.slice(place * KEY_BYTES, (place + 1) * KEY_BYTES);
  const entries = subjects.map((subject, place): [string, SubjectKey] => [
    subject,
    { tag: tags[place]!, generation: generations[place]!, key: keyAt(2 + place) },
  ]);
  return { blindKey: keyAt(0), maskKey: keyAt(1), subjects: new Map(entries), isWatched };
}

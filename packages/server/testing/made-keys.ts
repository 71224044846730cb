import { createHash } from 'node:crypto';
import type { SealingKeys } from '../src/privacy/keys/subject-keys.js';

/** Keys for these subjects, of a number: everything follows from the names, so that two questions give the same. */
export function madeKeys(subjects: readonly string[], generation = 1, tenant = 'acme'): SealingKeys {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const entries = subjects.map((subject) => {
    const tag = digest(`tag ${tenant} ${subject}`).toString('base64url').slice(0, 22);
    return [subject, { tag, generation, key: new Uint8Array(digest(`${tenant} ${subject} ${generation}`)) }] as const;
  });
  const blindKey = new Uint8Array(digest(`blind ${tenant}`));
  const maskKey = new Uint8Array(digest(`mask ${tenant}`));
  return { blindKey, maskKey, subjects: new Map(entries), isWatched: true };
}

import { createHash } from 'node:crypto';
import { fieldsToSeal, type SealingPlan, subjectsOf } from '@attestlog/event';
import type { SubjectKey } from '../src/privacy/keys/subject-key-document.js';
import type { SealingKeys } from '../src/privacy/keys/subject-keys.js';
import { sealEvent } from '../src/privacy/sealing/seal-event.js';
import { seededBytes } from './random-bytes.js';

/** Key of the blind index of all samples. */
export const SAMPLE_BLIND_KEY = new Uint8Array(32).fill(3);

const bytes = seededBytes(5);
const fresh = () => Buffer.from(bytes(16)).toString('latin1');

/**
 * An event as intake seals it by a plan, of `acme`, under keys that follow from the subjects; and what lies beside it.
 *
 * @param further JSON pointers of what detection found
 */
export function sealSample<T extends { id: string }>(
  event: T,
  plan: SealingPlan,
  further: readonly string[] = [],
): { event: T; sealed: string | undefined } {
  const fields = fieldsToSeal(event as unknown as Record<string, unknown>, plan, further);
  const subjects = new Map(subjectsOf(fields).map((subject) => [subject, keyOf(subject)]));
  const keys: SealingKeys = { blindKey: SAMPLE_BLIND_KEY, maskKey: SAMPLE_BLIND_KEY, isWatched: false, subjects };
  const made = sealEvent(event, { tenant: 'acme', id: event.id }, fields, keys, fresh);
  if (made.problem !== undefined) throw new Error(made.problem.message);
  return made;
}

function keyOf(subject: string): SubjectKey {
  const digest = createHash('sha256').update(subject).digest();
  return { tag: digest.toString('base64url').slice(0, 22), generation: 1, key: new Uint8Array(digest) };
}

import { type EventInput, formatErasureCertificate } from '@attestlog/event';
import { from } from '../../failures.js';
import type { EventStore } from '../../ports/store.js';
import type { SubjectKeys } from '../keys/subject-keys.js';
import { certificateEvent, certificateOf } from './certificate-event.js';
import type { ErasureDocument } from './erasure-document.js';
import type { Holds } from './holds.js';

export interface ErasureStepsParts {
  subjectKeys: Pick<SubjectKeys, 'liveKeys' | 'destroy'>;
  holds: Pick<Holds, 'forbidding'>;
  store: Pick<EventStore, 'eraseSealed' | 'countErased'>;
  /**
   * Resolves when everything that may have been sealed under keys which are destroyed by now is in the store. Rejects
   * when that takes too long.
   */
  settle: () => Promise<void>;
  /**
   * Takes back what was made of values that are erased by now, for others to fetch. Idempotent; when it resolves, they
   * can fetch it no more.
   */
  withdrawExports: (tenant: string, erasure: Pick<ErasureDocument, 'id' | 'requested_by'>) => Promise<void>;
  /** Signs the body of a note with the keys that sign the tenant's log. */
  sign: (tenant: string, body: string) => Promise<string>;
  /** Name of the tenant's log. */
  logName: (tenant: string) => string;
  /** Records an event of our own; resolves when it is on stable storage, also when it had been before. */
  record: (tenant: string, event: EventInput) => Promise<void>;
  /** RFC 3339. */
  now: () => string;
}

/**
 * The next step of an erasure: does what its state says, and gives what its document becomes. Every step can be made
 * any number of times, so one that was cut off is made again from its beginning.
 *
 * @returns undefined when nothing is left to be done
 */
export async function takeStep(
  tenant: string,
  erasure: ErasureDocument,
  parts: ErasureStepsParts,
): Promise<ErasureDocument | undefined> {
  switch (erasure.state) {
    case 'planned':
      return plan(tenant, erasure, parts);
    case 'destroying':
      for (const { subject: tag, through: generation } of erasure.keys!) {
        await parts.subjectKeys.destroy(tenant, { tag, generation }, erasure.id);
      }
      return { ...erasure, state: 'removing', keys_destroyed_at: parts.now() };
    case 'removing':
      return remove(tenant, erasure, parts);
    case 'certifying':
      await parts.record(tenant, certificateEvent(erasure));
      return { ...erasure, state: 'done', done_at: parts.now() };
    case 'held':
    case 'done':
      return undefined;
  }
}

/** The keys are named here once and for all: what is sealed for the person later on is not a part of this erasure. */
async function plan(tenant: string, erasure: ErasureDocument, parts: ErasureStepsParts): Promise<ErasureDocument> {
  const hold = await parts.holds.forbidding(tenant, erasure.tags);
  if (hold !== undefined) return { ...erasure, state: 'held', hold: hold.id };
  const live = await parts.subjectKeys.liveKeys(tenant, erasure.tags);
  const keys = live.map(({ tag, generation }) => ({ subject: tag, through: generation }));
  return { ...erasure, state: 'destroying', keys };
}

/** The certificate counts what is gone, so it is made after it is gone; it is kept before it is recorded. */
async function remove(tenant: string, erasure: ErasureDocument, parts: ErasureStepsParts): Promise<ErasureDocument> {
  const { store, sign, settle, logName, withdrawExports } = parts;
  const keys = erasure.keys!;
  if (keys.length > 0) {
    await settle();
    await from('store', store.eraseSealed(tenant, keys, erasure.id));
  }
  const counted = await from('store', store.countErased(tenant, erasure.id));
  if (counted.entries > 0) await withdrawExports(tenant, erasure);
  const removed = { ...erasure, ...counted };
  const certificate = await sign(tenant, formatErasureCertificate(certificateOf(removed, logName(tenant))));
  return { ...removed, state: 'certifying', certificate };
}

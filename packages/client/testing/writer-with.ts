import { defaultPolicy, mergePolicy, type PolicySettings } from '@attestlog/event/sdk';
import type { AuditContext } from '../src/context/audit-context.js';
import { createPreparation, type PreparationOptions } from '../src/prepare/prepare-events.js';
import { createWriter } from '../src/writing/create-writer.js';
import { Notices } from '../src/writing/notices.js';
import { CollectingDelivery } from './collecting-delivery.js';

export interface WriterWishes extends Partial<Omit<PreparationOptions, 'policy'>> {
  policy?: PolicySettings;
  surrounding?: () => AuditContext | undefined;
}

/** A writer on a delivery that keeps what it is given. Its clock stands still, and its ids count. */
export function writerWith({ policy = {}, surrounding = () => undefined, ...options }: WriterWishes = {}) {
  const delivery = new CollectingDelivery();
  const errors: unknown[] = [];
  const merged = mergePolicy(defaultPolicy, policy);
  let made = 0;
  const preparation = createPreparation({
    policy: merged,
    retentionDays: undefined,
    source: undefined,
    actions: undefined,
    invalidMetadata: 'keep',
    nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    newId: () => `id-${++made}`,
    activeTrace: () => undefined,
    ...options,
  });
  const onError = (error: unknown) => errors.push(error);
  const writer = createWriter({ preparation, delivery, notices: new Notices(), policy: merged, surrounding, onError });
  return { writer, delivery, errors };
}

import { type ErasureCertificate, type EventInput, SERVER_ID_PREFIX } from '@attestlog/event';
import type { ErasureDocument } from './erasure-document.js';

/** What the certificate of an erasure says. */
export function certificateOf(erasure: ErasureDocument, log: string): ErasureCertificate {
  return {
    log,
    erasure: erasure.id,
    requested_at: erasure.requested_at,
    keys_destroyed_at: erasure.keys_destroyed_at!,
    keys: erasure.keys!.map(({ subject, through }) => ({ subject, through })),
    entries: erasure.entries!,
    fields: erasure.fields!,
  };
}

/**
 * The event that records the end of an erasure, with its certificate. Nothing but the document decides what it is, its
 * id included, so that to record it once more adds nothing.
 */
export function certificateEvent(erasure: ErasureDocument): EventInput {
  const { id, requested_by, certificate = '', entries = 0, fields = 0, keys = [] } = erasure;
  return {
    id: `${SERVER_ID_PREFIX}erasure:${id}`,
    action: 'subject.erase',
    operation: 'delete',
    category: 'audit',
    outcome: 'success',
    class: 'critical',
    severity: 'notice',
    source: { service: 'attestlog' },
    targets: [{ type: 'erasure', id }],
    metadata: { principal: requested_by, keys: keys.length, entries, fields, certificate },
  };
}

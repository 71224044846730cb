import { createHash } from 'node:crypto';
import { certificateId } from '@attestlog/client/log-reading';
import {
  canonicalJson,
  commitmentInput,
  type ErasureCertificate,
  formatErasureCertificate,
  type Json,
  type OpenedField,
  sealedValue,
} from '@attestlog/event';
import { signNote } from '@attestlog/tlog';
import type { TestLog } from './test-log.js';

/** An event whose actor's address is sealed, with the opening of it. The salt is made of the id. */
export function sealedEvent(id: string, email: Json = `${id}@example.com`): { event: object; opening: OpenedField } {
  const salt = createHash('sha256').update(id).digest();
  const commitment = createHash('sha256')
    .update(commitmentInput(salt, canonicalJson(email)))
    .digest('hex');
  return {
    event: { id, action: 'order.approve', actor: { id: 'u1', email: sealedValue(commitment) } },
    opening: { pointer: '/actor/email', salt: salt.toString('hex'), value: email },
  };
}

/** The event that has the certificate of an erasure, signed as the log. */
export function erasureEvent(log: TestLog, erasure: string, more: Partial<ErasureCertificate> = {}): object {
  const certificate: ErasureCertificate = {
    log: log.origin,
    erasure,
    requested_at: '2025-10-06T12:00:00Z',
    keys_destroyed_at: '2025-10-06T12:00:01Z',
    keys: [{ subject: 'tag', through: 1 }],
    entries: 1,
    fields: 1,
    ...more,
  };
  return {
    id: certificateId(erasure),
    action: 'subject.erase',
    metadata: { certificate: signNote(formatErasureCertificate(certificate), [log.signer]) },
  };
}

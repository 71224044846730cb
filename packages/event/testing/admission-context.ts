import { createHash } from 'node:crypto';
import type { AdmissionContext } from '../src/admit.js';
import { formatNs } from '../src/time.js';

export const receivedAtNs = 1_790_000_000_123_456_789n;

export function admissionContext(changes: Partial<AdmissionContext> = {}): AdmissionContext {
  return {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => 'made-id',
    maxFutureSkewMs: 300_000,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    ...changes,
  };
}

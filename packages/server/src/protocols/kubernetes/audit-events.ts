import { createHash } from 'node:crypto';
import { kubernetesDialect } from '@attestlog/event';
import type { Intake } from '../../intake/intake.js';
import { type ForeignRecord, mapRecord } from '../foreign-records.js';
import { type Recorded, recordAlways } from '../record-always.js';

const ID_HEX_DIGITS = 40;

/** An item of a list as it was read, and what it is as a record. */
export interface AuditItem {
  readonly raw: unknown;
  readonly record: ForeignRecord;
}

/**
 * Records the items of an EventList. An API server whose list is refused sends the whole of it a few times again and then
 * drops it, and reads nothing of an answer but its status: so an item that cannot be recorded as an audit event is
 * recorded as what it is, and refuses nothing.
 *
 * @throws Problem those of {@link Intake.accept}: then the list is to be sent again
 */
export function recordAuditEvents(
  tenant: string,
  items: readonly AuditItem[],
  intake: Pick<Intake, 'accept'>,
): Promise<Recorded> {
  const arrived = items.map(({ raw, record }) => {
    const text = JSON.stringify(raw) ?? 'null';
    const digest = createHash('sha256').update(text).digest('hex').slice(0, ID_HEX_DIGITS);
    return {
      mapped: mapRecord(tenant, record, kubernetesDialect),
      raw,
      bytes: Buffer.byteLength(text),
      fallbackId: `kubernetes-${digest}`,
    };
  });
  return recordAlways(tenant, kubernetesDialect.name, arrived, intake);
}

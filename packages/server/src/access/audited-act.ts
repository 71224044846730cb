import { type AuditedAct, type AuditTrail, SYSTEM_TENANT } from '../audit/audit-trail.js';
import { from } from '../failures.js';
import type { Administrator } from './delegation.js';

/** What was done by an administrator; null as tenant: to the deployment. */
export interface AdministratorAct extends Pick<AuditedAct, 'action' | 'operation' | 'targets' | 'metadata'> {
  tenant: string | null;
}

/** Records what an administrator has done. What it throws says that the act must not be answered as done. */
export function recordAct(audit: AuditTrail, by: Administrator, { tenant, ...act }: AdministratorAct): Promise<void> {
  return from(
    'journal',
    audit.record({
      tenant: tenant ?? SYSTEM_TENANT,
      outcome: 'success',
      principal: by.principal,
      address: by.address,
      ...(by.requestId === undefined ? {} : { requestId: by.requestId }),
      ...act,
    }),
  );
}

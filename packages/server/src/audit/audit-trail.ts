import type { Principal } from '../access/principal.js';

/**
 * The audit of the audit system: what is done to a tenant's log and settings stands in the tenant's own log, with the
 * category `audit`. What the trail itself writes is never audited again.
 */
export interface AuditTrail {
  /**
   * Records an administrative act, a refused access or an unmasking.
   * Resolves when it is on stable storage; rejects when it is not, and then the act must not be answered as done.
   */
  record(act: AuditedAct): Promise<void>;

  /**
   * Records a read: the first of a session of reads, or each one when the policy says so, and then the answer waits for
   * the promise; or counts it only, and returns undefined.
   */
  read(read: AuditedRead): Promise<void> | undefined;
}

export interface AuditedAct {
  /** The tenant in whose log it stands; the deployment's own is {@link SYSTEM_TENANT}. */
  tenant: string;
  /** `noun.verb`: `key.create`, `tenant.update`, `access.refuse`. */
  action: string;
  operation: 'create' | 'read' | 'update' | 'delete' | 'execute';
  outcome: 'success' | 'failure' | 'denied';
  /** Who did it; undefined: nobody that is known, or the system itself. */
  principal: Principal | undefined;
  /** Address of the client, as far as it can be trusted. */
  address?: string;
  requestId?: string;
  targets?: readonly { type: string; id: string }[];
  /** Why, in the words of the caller or of the catalogue. */
  reason?: string;
  /** A sentence for people. */
  message?: string;
  /** Further facts; never a secret, never the content of an event. */
  metadata?: Record<string, unknown>;
}

export interface AuditedRead {
  tenant: string;
  /** `event.read`, `event.search`, `receipt.read`, `log.read`. */
  action: string;
  principal: Principal;
  address?: string;
  requestId?: string;
  /** Events that were handed out. */
  events: number;
}

/** The tenant whose log holds what concerns the deployment and no tenant. */
export const SYSTEM_TENANT = 'system';

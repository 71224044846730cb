import type { AuditTrail } from '../audit/audit-trail.js';
import type { PublicLog } from '../log/public-log.js';
import type { EventStore, Position } from '../ports/store.js';
import type { PrivacyServices } from '../privacy/privacy-services.js';
import type { EventScan } from '../query/event-scan.js';
import type { EvidenceRequest } from './evidence-request.js';

/** What packs are made from. */
export interface EvidencePackParts {
  readonly store: Pick<EventStore, 'entries' | 'findById'>;
  readonly scan: Pick<EventScan, 'horizon' | 'entries' | 'count'>;
  readonly log: Pick<PublicLog, 'originOf' | 'checkpointCovering' | 'verifierKeys' | 'tileReader' | 'signNote'>;
  readonly privacy: Pick<PrivacyServices, 'personalData' | 'policies' | 'now'>;
  readonly audit: AuditTrail;
  /** A payload that was moved out of an entry; undefined where it is there no longer. */
  readonly payload: (tenant: string, sha256: string) => Promise<Uint8Array | undefined>;
}

/** A pack that can be made: everything that could forbid it has been looked at, and it is on record. */
export interface PlannedPack {
  readonly request: EvidenceRequest;
  /** Of the checkpoint, which all proofs are for. */
  readonly treeSize: number;
  /** Base64. */
  readonly root: string;
  readonly checkpoint: string;
  /** Only entries with a smaller position. */
  readonly before: Position;
  readonly madeAt: string;
}

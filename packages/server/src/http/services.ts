import type { MaskStyle, Policy, SealingPolicy } from '@attestlog/event';
import type { Logger } from 'pino';
import type { Authorizer } from '../access/authorizer.js';
import type { Credentials } from '../access/credentials.js';
import type { Delegations } from '../access/excess-grants.js';
import type { PermissionCache } from '../access/permission-cache.js';
import type { Principal } from '../access/principal.js';
import type { RoleEditor } from '../access/role-editor.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Exports } from '../exports/exports.js';
import type { Intake } from '../intake/intake.js';
import type { PublicLog } from '../log/public-log.js';
import type { Objects } from '../ports/objects.js';
import type { EventStore } from '../ports/store.js';
import type { PrivacyServices } from '../privacy/privacy-services.js';
import type { Aggregator } from '../query/aggregation/aggregator.js';
import type { EventReader } from '../query/event-reader.js';
import type { EventScan } from '../query/event-scan.js';
import type { SealingOf } from '../query/resolve-filters.js';
import type { TenantQueries } from '../query/tenant-queries.js';
import type { QuestionReader } from '../questions/question-reader.js';
import type { SavedSearches } from '../searches/saved-searches.js';
import type { Progress } from '../sequencer/progress.js';
import type { LiveTail } from '../stream/live-tail.js';
import type { TenantAdministration } from '../tenants/tenant-administration.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { Gate } from './access/gate.js';
import type { Metrics } from './metrics.js';

/** What is wrong, for /readyz: the part's name and what to know about it. */
export interface Trouble {
  part: string;
  detail: string;
}

/** Says whom a credential speaks for. */
export interface Authenticator {
  /**
   * At once where it is remembered.
   * @param address the client's, as far as it can be trusted
   * @throws Problem `credential-invalid` and others whose codes begin with `credential-`
   */
  authenticate(credential: string, address: string): Principal | Promise<Principal>;
}

/** Finds the address of the client of a request, behind proxies that are trusted. */
export interface RequestAddresses {
  of(origin: {
    remoteAddress: string | undefined;
    headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  }): string;
}

/** What holds where a tenant says nothing. */
export interface DeploymentPolicy {
  recording: Policy;
  sealing: SealingPolicy;
  maskStyle: MaskStyle;
}

export interface KeyRotator {
  /**
   * Gives a tenant a new key that wraps its persons' keys; made again, it makes another one.
   * @returns how many persons' keys were wrapped anew
   */
  rotateTenantKey(tenant: string): Promise<number>;
}

/** All that the routes need. */
export interface Services {
  intake: Intake;
  reader: EventReader;
  aggregates: Aggregator;
  eventScan: EventScan;
  exports: Exports;
  exportLimits: {
    /** Events that one answer streams, at most. */
    streamedEvents: number;
  };
  queries: TenantQueries;
  searches: SavedSearches;
  live: LiveTail;
  log: PublicLog;
  progress: Progress;
  tenants: TenantDirectory;
  tenantAdministration: TenantAdministration;
  objects: Objects;
  store: EventStore;
  authenticator: Authenticator;
  addresses: RequestAddresses;
  credentials: Credentials;
  authorizer: Authorizer;
  /** What users and roles may do, by module. */
  permissions: Pick<PermissionCache, 'getUserPermissions' | 'preloadModulePermissions'>;
  delegations: Delegations;
  roles: RoleEditor;
  audit: AuditTrail;
  privacy: PrivacyServices;
  questions: QuestionReader;
  /** What a search has to know of a tenant's sealed fields. */
  sealingOf: SealingOf;
  /** Milliseconds since 1970. */
  nowMs(): number;
  keyRotation: KeyRotator;
  /** What holds where a tenant says nothing. */
  deploymentPolicy: DeploymentPolicy;
  metrics: Metrics;
  gate: Gate;
  logger: Logger;
  /** Everything that keeps the server from doing its work now; empty when it is ready. */
  troubles(): Promise<Trouble[]>;
  limits: HttpLimits;
}

export interface HttpLimits {
  maxBodyBytes: number;
  requestTimeoutMs: number;
  /** How long reads wait for writes before them. */
  readWaitMs: number;
  /** How long `?wait=sealed` waits. */
  sealWaitMs: number;
  publicLog: boolean;
  /** Whether the metrics are shown to everybody. */
  publicMetrics: boolean;
  /** How long the client of a live stream may take nothing, or not answer. */
  streamTimeoutMs: number;
  /** How long a live stream may last whose client cannot be asked whether it is there; 0: without end. */
  streamLifetimeMs: number;
  /** Origins of pages that may open WebSockets, beside the server's own. */
  webOrigins: readonly string[];
}

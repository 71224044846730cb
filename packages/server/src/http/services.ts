import type { Logger } from 'pino';
import type { BootstrapKey } from '../access/bootstrap-key.js';
import type { Intake } from '../intake/intake.js';
import type { PublicLog } from '../log/public-log.js';
import type { Objects } from '../ports/objects.js';
import type { EventStore } from '../ports/store.js';
import type { EventReader } from '../query/event-reader.js';
import type { Progress } from '../sequencer/progress.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { Gate } from './gate.js';
import type { Metrics } from './metrics.js';

/** What is wrong, for /readyz: the part's name and what to know about it. */
export interface Trouble {
  part: string;
  detail: string;
}

/** All that the routes need. */
export interface Services {
  intake: Intake;
  reader: EventReader;
  log: PublicLog;
  progress: Progress;
  tenants: TenantDirectory;
  objects: Objects;
  store: EventStore;
  bootstrapKey: BootstrapKey;
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
}

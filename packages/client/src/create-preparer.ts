import type { LogEvent } from './actions/typed-event.js';
import { type AuditContext, mergeContext } from './context/audit-context.js';
import { currentContext } from './context.js';
import { eventIds } from './prepare/event-ids.js';
import { createPreparation, type Preparation, type PreparedEvent } from './prepare/prepare-events.js';
import { textOfBytes } from './prepare/text-of-bytes.js';
import type { WritingOptions } from './settings/client-options.js';
import { processEnvironment } from './settings/process-environment.js';
import { readPolicy } from './settings/read-policy.js';
import { activeTrace } from './trace/open-telemetry-trace.js';

/** Of the client's options those that say what an event becomes, and time and chance. */
export interface PreparerOptions
  extends Pick<
    WritingOptions,
    'service' | 'source' | 'actions' | 'policy' | 'environment' | 'context' | 'invalidMetadata'
  > {
  readonly nowMs?: () => number;
  /** Fills an array with random bytes. */
  readonly fillRandom?: (bytes: Uint8Array<ArrayBuffer>) => unknown;
}

/** What `log()` does before an event is handed over, for whoever hands it over otherwise: an outbox, a queue. */
export interface Preparer extends Omit<Preparation, 'prepare' | 'stamp'> {
  /**
   * Decides, puts the event over its context, gives it id and time and writes it. A promise only when a declared
   * validator gives one. Throws what a getter or a context function of the application throws.
   */
  prepare(event: LogEvent, context?: AuditContext): PreparedEvent | Promise<PreparedEvent>;
}

/** @throws {ConfigurationError} for settings that cannot be right */
export function createPreparer(options: PreparerOptions = {}): Preparer {
  const { policy, retentionDays } = readPolicy(options.policy, options.environment ?? processEnvironment());
  const { service, source, actions, invalidMetadata, context } = options;
  const surrounding = () => (context === undefined ? currentContext() : mergeContext(context(), currentContext()));
  const preparation = createPreparation({
    policy,
    retentionDays,
    service,
    source,
    actions,
    invalidMetadata,
    nowMs: options.nowMs ?? Date.now,
    newId: eventIds(options.fillRandom ?? ((bytes) => crypto.getRandomValues(bytes))),
    writeText: textOfBytes(),
    activeTrace,
  });
  return {
    prepare: (event, over) => preparation.prepare(event, mergeContext(surrounding(), over)),
    wouldRecord: preparation.wouldRecord,
  };
}

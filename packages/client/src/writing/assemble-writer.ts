import { type AuditContext, mergeContext } from '../context/audit-context.js';
import type { CreateDelivery, DeliveryOptions } from '../delivery/delivery.js';
import { eventIds } from '../prepare/event-ids.js';
import { createPreparation } from '../prepare/prepare-events.js';
import type { WriteText } from '../prepare/write-event.js';
import type { ClientOptions } from '../settings/client-options.js';
import type { Environment } from '../settings/read-policy.js';
import { type OptionsPlatform, resolveOptions } from '../settings/resolve-options.js';
import { activeTrace } from '../trace/open-telemetry-trace.js';
import type { Writer } from './attestlog.js';
import { createWriter } from './create-writer.js';
import { Notices } from './notices.js';

/** What a platform gives to a writer. */
export interface Platform extends OptionsPlatform {
  readonly environment: Environment;
  readonly createDelivery: CreateDelivery;
  /** Where the platform writes canonical JSON faster than by putting texts together. */
  readonly writeText?: WriteText;
  /** The context of the work that runs now. */
  readonly currentContext: () => AuditContext | undefined;
}

/**
 * Puts a writer together, on the platform's clock, chance, timers and network.
 *
 * @throws {ConfigurationError} with every problem of the options and the environment
 */
export function assembleWriter(
  options: ClientOptions,
  platform: Platform,
): { readonly writer: Writer; readonly delivery: DeliveryOptions; readonly hide: (() => void) | undefined } {
  const { environment, createDelivery, currentContext, writeText } = platform;
  const { policy, retentionDays, delivery: resolved } = resolveOptions({ ...options, environment }, platform);
  const { service, source, actions, invalidMetadata, context } = options;
  const notices = new Notices();
  const preparation = createPreparation({
    policy,
    retentionDays,
    service,
    source,
    actions,
    invalidMetadata,
    nowMs: Date.now,
    newId: eventIds((bytes) => crypto.getRandomValues(bytes)),
    writeText,
    activeTrace,
  });
  const delivery = createDelivery(resolved, {
    nowMs: Date.now,
    random: Math.random,
    // Called through the global object, so that a double put there later is seen, and as browsers want it.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    after: cancellable,
    stamp: preparation.stamp,
    notify: (notice) => notices.tell(notice),
  });
  const writer = createWriter({
    preparation,
    delivery,
    notices,
    policy,
    surrounding: context === undefined ? currentContext : () => mergeContext(context(), currentContext()),
    onError: options.onError ?? (() => undefined),
  });
  const hide = delivery.flushOnPageHide?.bind(delivery);
  return { writer, delivery: resolved, hide };
}

/** A timer that does not keep the process alive, where there is a process. */
function cancellable(delayMs: number, work: () => void): () => void {
  const timer: unknown = setTimeout(work, delayMs);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
  return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
}

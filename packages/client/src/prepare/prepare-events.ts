import { type LeaveOutReason, type PolicyEvent, type RecordingPolicy, recordingDecider } from '@attestlog/event/sdk';
import type { Actions } from '../actions/define-actions.js';
import type { LogEvent } from '../actions/typed-event.js';
import type { AuditContext } from '../context/audit-context.js';
import type { ReadyEvent } from '../delivery/delivery.js';
import type { SourceDraft } from '../event-draft.js';
import type { TraceContext } from '../trace/traceparent.js';
import { changesBetween } from './changes.js';
import { type CheckedMetadata, checkMetadata, type InvalidMetadata } from './check-metadata.js';
import { type ComposedEvent, composeEvent, surroundingMetadata } from './compose-event.js';
import { EVENT_MAX_CHARS, type WriteText, writeEvent } from './write-event.js';

export interface PreparationOptions {
  readonly policy: RecordingPolicy;
  /** Given to events that say nothing else; undefined: the server's policy has it. */
  readonly retentionDays: number | undefined;
  /** `source.service` where `source` has none. */
  readonly service?: string | undefined;
  readonly source: SourceDraft | undefined;
  readonly actions: Actions | undefined;
  /** `keep` if undefined. */
  readonly invalidMetadata: InvalidMetadata | undefined;
  readonly nowMs: () => number;
  readonly newId: (unixMs: number) => string;
  /** `canonicalJson` if undefined. */
  readonly writeText?: WriteText | undefined;
  /** The trace of the work that runs now. */
  readonly activeTrace: () => TraceContext | undefined;
}

/** What an event became. */
export type PreparedEvent =
  | {
      readonly state: 'ready';
      readonly event: ReadyEvent;
      readonly mended: boolean;
      /** Where the metadata is not what was declared; JSON Pointers. */
      readonly invalid: readonly string[];
    }
  | { readonly state: 'not-recorded'; readonly id: string; readonly reason: LeaveOutReason }
  | { readonly state: 'refused'; readonly id: string; readonly code: RefusalCode; readonly invalid: readonly string[] };

export type RefusalCode = 'not-an-event' | 'event-too-large' | 'metadata-invalid';

/** Makes of what an application writes what is sent. */
export interface Preparation {
  /** Gives a promise only when a declared validator does. Throws what a getter of the event throws, and nothing else. */
  prepare(event: LogEvent, context: AuditContext): PreparedEvent | Promise<PreparedEvent>;
  /** Id, time and text for an event of the client's own, past the policy. */
  stamp(event: LogEvent, tenant?: string): ReadyEvent;
  /** See `AuditLog.wouldRecord`. */
  wouldRecord(event: PolicyEvent): boolean;
}

const NOTHING: readonly string[] = [];

/** The decision is the server's own function, so that both sides leave out the same. */
export function createPreparation(options: PreparationOptions): Preparation {
  const { policy, nowMs, newId, service, writeText, invalidMetadata = 'keep' } = options;
  const source = service === undefined ? options.source : { service, ...options.source };
  const decide = recordingDecider(policy);
  const decideWithoutChance = recordingDecider({ ...policy, sample_rate: 1 });
  const declarationOf = declarations(options.actions);

  /** Ends the composing in place: nobody else has the event. */
  const finish = (composed: ComposedEvent, frame: Frame, own: unknown, invalid = NOTHING): PreparedEvent => {
    const { id, unixMs, tenant } = frame;
    const metadata = under(frame.metadata, own);
    if (metadata !== undefined) composed.metadata = metadata;
    composed.id = id;
    composed.time ??= new Date(unixMs).toISOString();
    const { json, mended } = writeEvent(composed, writeText);
    if (json.length > EVENT_MAX_CHARS) return { state: 'refused', id, code: 'event-too-large', invalid: NOTHING };
    return { state: 'ready', event: { id, json, tenant }, mended, invalid };
  };

  const finishChecked = (composed: ComposedEvent, frame: Frame, checked: CheckedMetadata): PreparedEvent => {
    if (checked.ok) return finish(composed, frame, checked.metadata);
    if (invalidMetadata !== 'refuse') {
      return finish(composed, frame, invalidMetadata === 'keep' ? frame.own : undefined, checked.paths);
    }
    return { state: 'refused', id: frame.id, code: 'metadata-invalid', invalid: checked.paths };
  };

  return {
    prepare(event, context) {
      const unixMs = nowMs();
      const id = idOf(event, newId, unixMs);
      if (typeof event?.action !== 'string') return { state: 'refused', id, code: 'not-an-event', invalid: NOTHING };
      const declaration = declarationOf(event.action);
      const trace = options.activeTrace();
      const composed = composeEvent(event, context, trace, {
        declaration,
        source,
        retention_days: options.retentionDays,
      });
      const decision = decide(composed, { id });
      if (!decision.record) return { state: 'not-recorded', id, reason: decision.reason };
      if (event.changes === undefined && ('before' in event || 'after' in event)) {
        composed.changes = changesBetween(event.before, event.after);
      }
      const metadata = surroundingMetadata(event, context, trace);
      const frame: Frame = { id, unixMs, tenant: context.tenant, metadata, own: event.metadata };
      if (declaration?.metadata === undefined) return finish(composed, frame, event.metadata);
      const checked = checkMetadata(declaration.metadata, event.metadata);
      if (checked instanceof Promise) return checked.then((result) => finishChecked(composed, frame, result));
      return finishChecked(composed, frame, checked);
    },
    stamp(event, tenant) {
      const unixMs = nowMs();
      const id = idOf(event, newId, unixMs);
      const time = event.time ?? new Date(unixMs).toISOString();
      const composed = composeEvent(event, {}, undefined, {
        declaration: undefined,
        source,
        retention_days: undefined,
      });
      return { id, json: writeEvent({ ...composed, metadata: event.metadata, id, time }, writeText).json, tenant };
    },
    wouldRecord: (event) => decideWithoutChance(event).record,
  };
}

/** What the client adds to an event beside its fields. */
interface Frame {
  readonly id: string;
  readonly unixMs: number;
  readonly tenant: string | undefined;
  /** Under the event's own metadata. */
  readonly metadata: object | undefined;
  /** The event's own, as the application wrote it. */
  readonly own: unknown;
}

function under(surrounding: object | undefined, own: unknown): unknown {
  if (surrounding === undefined) return own;
  // What is no object is the server's to refuse.
  return typeof own === 'object' || own === undefined ? { ...surrounding, ...own } : own;
}

function idOf(event: LogEvent | undefined, newId: (unixMs: number) => string, unixMs: number): string {
  return typeof event?.id === 'string' ? event.id : newId(unixMs);
}

function declarations(actions: Actions | undefined) {
  const known = new Map(Object.entries(actions ?? {}));
  return (action: string) => known.get(action);
}

import { ENTRY_MAX_BYTES } from './bounds.js';
import { CanonicalWriter, type Stamp } from './canonical-bytes.js';
import { canonicalJson, UnacceptableJsonError } from './canonical-json.js';
import { inspectJson } from './json-value.js';
import { type Blob, moveOutPayloads, type Sha256Hex } from './payloads.js';
import type { LeaveOutReason } from './policy/decide-recording.js';
import { type FieldProblem, problem } from './problem.js';
import { type EventInput, eventInputSchema } from './schema.js';
import { schemaPredicate } from './schema-predicate.js';
import { schemaProblems } from './schema-problems.js';
import { hasSealedKey, reservedSealedKey } from './sealed/sealed-value.js';
import { isMoment, parseTime } from './time.js';
import { utf8, utf8Shared } from './utf8.js';

// Browsers and servers both have it; the language's own type library does not declare it.
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

const decoder = new TextDecoder();
const isSurelyValid = schemaPredicate(eventInputSchema);
const writer = new CanonicalWriter();
const NO_BLOBS: readonly Blob[] = [];

/** All that an admission depends on besides the event itself. */
export interface AdmissionContext {
  /** When the server received the event: UTC with nine digits of fraction and `Z`, as `formatNs` writes it. */
  readonly receivedAt: string;
  /** The same moment in nanoseconds since 1970. */
  readonly receivedAtNs: bigint;
  /** Makes an id for an event without one; it must satisfy the schema. */
  readonly newId: () => string;
  /** How far `time` may lie after `receivedAt`, in milliseconds; Infinity allows any. */
  readonly maxFutureSkewMs: number;
  /** Called only for payloads that are moved out of the entry. */
  readonly sha256: Sha256Hex;
}

/**
 * Does something with an event that can be recorded, before its entry is made. Is given the id that the event has or
 * gets, and changes no event: it gives another one.
 */
export type PrepareEvent = (event: EventInput, id: string) => PreparedEvent;

/** An event to be recorded, perhaps another one than was sent; or why none is recorded, or not yet. */
export type PreparedEvent =
  | {
      readonly ok: true;
      readonly event: EventInput;
      /** What lies beside the entry for its sealed fields. */
      readonly sealed?: string | undefined;
    }
  | RefusedEvent
  | LeftOutEvent
  | PendingEvent;

/** An event that the policy does not record. */
export interface LeftOutEvent {
  readonly ok: false;
  readonly leftOut: LeaveOutReason;
  readonly awaits?: undefined;
  readonly id: string;
  readonly action: string;
}

/** An event that cannot be prepared before keys were fetched, and was not changed. */
export interface PendingEvent {
  readonly ok: false;
  readonly leftOut?: undefined;
  /** The subjects whose keys are needed. Also without any, those of the tenant are. */
  readonly awaits: readonly string[];
  /** The id that was given to {@link PrepareEvent}: whoever tries again has to give the same. */
  readonly id: string;
}

export interface AdmittedEvent {
  readonly ok: true;
  readonly id: string;
  /** The event's time in nanoseconds since 1970: its own, or that of its receipt. */
  readonly timeNs: bigint;
  /** The same as canonical text, as it stands in the entry. */
  readonly time: string;
  /**
   * Canonical JSON (RFC 8785) with id, time and received_at: the evidence. At most 65,535 bytes. A view of shared
   * memory: copy it to keep it for long.
   */
  readonly entry: Uint8Array;
  readonly idGiven: boolean;
  readonly timeGiven: boolean;
  /** Payloads that were moved out; to be stored before the entry is acknowledged. */
  readonly blobs: readonly Blob[];
  /** What lies beside the entry for its sealed fields (`formatSealedItems`); undefined: none is sealed. */
  readonly sealed: string | undefined;
}

export interface RefusedEvent {
  readonly ok: false;
  /** At least one, the first 20. */
  readonly problems: readonly FieldProblem[];
  readonly leftOut?: undefined;
  readonly awaits?: undefined;
}

/**
 * Checks what a client sent and makes the entry of it.
 *
 * A pure function of the value and the context. So a repeat can be told from a conflict: {@link rebuildEntry} with the
 * id and the time of receipt of the original gives the original's bytes if and only if the content is the same. Key
 * order, white space, the writing of numbers (`1e2`, `100.0`), the offset of `time` are no content; an absent `time`
 * is the time of receipt.
 */
export function admitEvent(value: unknown, context: AdmissionContext): AdmittedEvent | RefusedEvent {
  return admit(value, context, undefined) as AdmittedEvent | RefusedEvent;
}

/** {@link admitEvent} with something done to each event before its entry is made. */
export function admitPrepared(
  value: unknown,
  context: AdmissionContext,
  prepare: PrepareEvent,
): AdmittedEvent | RefusedEvent | LeftOutEvent | PendingEvent {
  return admit(value, context, prepare);
}

function admit(
  value: unknown,
  context: AdmissionContext,
  prepare: PrepareEvent | undefined,
): AdmittedEvent | RefusedEvent | LeftOutEvent | PendingEvent {
  if (!isSurelyValid(value)) {
    const validated = eventInputSchema.safeParse(value);
    if (!validated.success) return refuse(...problemsOf(validated.error.issues, value));
  }
  // The value itself is used, not Zod's copy: the schema changes nothing, and free JSON is not to be copied.
  const event = value as EventInput;
  const reserved = hasSealedKey(event) ? reservedSealedKey(event) : undefined;
  if (reserved !== undefined) return refuse(reserved);
  const moment = event.time === undefined ? undefined : parseTime(event.time);
  if (moment !== undefined && !isMoment(moment)) return refuse(moment);
  const timeNs = moment?.ns ?? context.receivedAtNs;
  if (moment !== undefined && isTooLate(timeNs, context)) return refuse(futureProblem(context));
  const id = event.id ?? context.newId();
  const time = moment?.text ?? context.receivedAt;
  const prepared = prepare?.(event, id);
  if (prepared?.ok === false) return prepared;
  const made = makeEntry(prepared?.event ?? event, { id, time, received_at: context.receivedAt }, context.sha256);
  if ('problem' in made) return refuse(made.problem);
  const idGiven = event.id !== undefined;
  const timeGiven = moment !== undefined;
  const { entry, blobs } = made;
  return { ok: true, id, timeNs, time, entry, idGiven, timeGiven, blobs, sealed: prepared?.sealed };
}

/**
 * The entry that a client's value would have given as the original did. Equal to the original's entry if and only if
 * the content is the same; undefined when the value would be refused.
 */
export function rebuildEntry(
  value: unknown,
  original: { readonly id: string; readonly receivedAt: string; readonly sha256: Sha256Hex },
): Uint8Array | undefined {
  const received = parseTime(original.receivedAt);
  if (!isMoment(received)) throw new RangeError('receivedAt must be an RFC 3339 time');
  const admitted = admitEvent(value, {
    receivedAt: original.receivedAt,
    receivedAtNs: received.ns,
    newId: () => original.id,
    // The original passed this check by the policy of its day.
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
    sha256: original.sha256,
  });
  return admitted.ok ? admitted.entry : undefined;
}

/**
 * The entry that the same content would have become had it been received at another time: {@link rebuildEntry} for
 * those who have the entry that a repeat became, and no longer what the client sent.
 *
 * @param entry an entry that {@link admitEvent} made
 * @param timeGiven whether the client gave the event's time; else it is the time of receipt
 */
export function entryAsReceived(entry: Uint8Array, receivedAt: string, timeGiven: boolean): Uint8Array {
  const event = JSON.parse(decoder.decode(entry)) as Record<string, unknown>;
  event.received_at = receivedAt;
  if (!timeGiven) event.time = receivedAt;
  return utf8(canonicalJson(event));
}

function refuse(...problems: FieldProblem[]): RefusedEvent {
  return { ok: false, problems };
}

/** The schema's findings; and when it stumbled over a value without a JSON form, that instead. */
function problemsOf(issues: Parameters<typeof schemaProblems>[0], value: unknown): FieldProblem[] {
  const found = inspectJson(value).problem;
  return found === undefined || found.pointer === '' ? schemaProblems(issues, value) : [found];
}

function isTooLate(timeNs: bigint, context: AdmissionContext): boolean {
  if (timeNs <= context.receivedAtNs || context.maxFutureSkewMs === Number.POSITIVE_INFINITY) return false;
  return timeNs > context.receivedAtNs + BigInt(Math.floor(context.maxFutureSkewMs)) * 1_000_000n;
}

function futureProblem(context: AdmissionContext): FieldProblem {
  const message = `The time is more than ${context.maxFutureSkewMs} ms after ${context.receivedAt}, when it was received. Correct the clock, or leave time out.`;
  return problem('time-in-future', '/time', message);
}

type Made = { entry: Uint8Array; blobs: readonly Blob[] } | { problem: FieldProblem };

function makeEntry(event: EventInput, stamp: Stamp, sha256: Sha256Hex): Made {
  const entry = writer.write(event, stamp);
  if (entry !== undefined && entry.length <= ENTRY_MAX_BYTES) return { entry, blobs: NO_BLOBS };
  return makeOddEntry({ ...event, ...stamp }, sha256);
}

/** The entry of what the writer leaves to others: a large event, or one that cannot be written and has to say why. */
function makeOddEntry(event: Record<string, unknown>, sha256: Sha256Hex): Made {
  try {
    const entry = utf8Shared(canonicalJson(event));
    if (entry.length <= ENTRY_MAX_BYTES) return { entry, blobs: NO_BLOBS };
    const moved = moveOutPayloads(event, entry.length, sha256);
    if ('problem' in moved) return moved;
    return { entry: utf8Shared(canonicalJson(event)), blobs: moved.blobs };
  } catch (error) {
    if (error instanceof UnacceptableJsonError) return { problem: error.problem };
    throw error;
  }
}

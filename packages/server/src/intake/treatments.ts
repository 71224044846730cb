import {
  applyDetections,
  type DetectionAction,
  type DetectionKind,
  type DetectionSettings,
  type EventInput,
  type FieldToSeal,
  fieldsToSeal,
  inspectJson,
  type KeyedHashHex,
  type PreparedEvent,
  putValues,
  type RecordingPolicy,
  recordingDecider,
  replaceValues,
  type SealingPolicy,
  scanEvent,
  sealingPlan,
  subjectsOf,
  UnacceptableJsonError,
} from '@attestlog/event';
import { hmacSha256 } from '../privacy/keys/hmac.js';
import type { KeysAtHand } from '../privacy/keys/subject-keys.js';
import type { FreshText } from '../privacy/sealing/fresh-text.js';
import { sealFields } from '../privacy/sealing/seal-fields.js';

/** What is done with a tenant's events on their way in. */
export interface Rules {
  /** Absent: every event is recorded. */
  recording?: RecordingPolicy;
  /** Absent: nothing is looked for. */
  detection?: DetectionSettings;
  /** Absent: no field is sealed, but what detection finds and names. */
  sealing?: SealingPolicy;
}

/** For whom it is done, and with what. */
export interface TreatmentContext {
  readonly tenant: string;
  /** Undefined: not even the tenant's own keys are at hand. */
  readonly keys: KeysAtHand | undefined;
  /** Whether events are nobody else's, so that values may be put into them; else a copy is sealed. */
  readonly mayChange: boolean;
}

/**
 * Does it with one event: leaves it out, masks, refuses, seals. What needs keys that are not at hand is pending; it was not
 * changed then. The same event, id, rules and keys give the same event.
 */
export type Treatment = (event: EventInput, id: string, context: TreatmentContext) => PreparedEvent;

/** More rules than these at once are prepared anew; those of a tenant take some kilobytes. */
export const TREATMENTS_MAX_ITEMS = 1_000;

/**
 * Prepared rules, for the thread that uses them. They are sent as text with the events, and the same text means the same
 * rules: so there is nothing to invalidate, and rules that are changed count from the next request on.
 */
export class Treatments {
  readonly #byText = new Map<string, Treatment>();
  readonly #fresh: FreshText;

  constructor(fresh: FreshText) {
    this.#fresh = fresh;
  }

  /** @param rules as {@link rulesText} writes them */
  of(rules: string): Treatment {
    const known = this.#byText.get(rules);
    if (known !== undefined) return known;
    const treatment = treatmentBy(JSON.parse(rules) as Rules, this.#fresh);
    if (this.#byText.size >= TREATMENTS_MAX_ITEMS) this.#byText.clear();
    this.#byText.set(rules, treatment);
    return treatment;
  }
}

/** Rules as text; undefined where there are none. Made once when a tenant is read, not for every request. */
export function rulesText({ recording, detection, sealing }: Rules): string | undefined {
  const isLookedFor = Object.values(detection?.actions ?? {}).some((action) => action !== 'ignore');
  const rules: Rules = {
    ...(recording === undefined || recordsAll(recording) ? {} : { recording: decidingPart(recording) }),
    ...(isLookedFor ? { detection: detection! } : {}),
    ...(sealing === undefined || sealing.fields.length === 0 ? {} : { sealing }),
  };
  return Object.keys(rules).length === 0 ? undefined : JSON.stringify(rules);
}

function recordsAll(policy: RecordingPolicy): boolean {
  const { enabled, level, exclude_actions, exclude_resources, sample_rate } = policy;
  return enabled && level === 'all' && exclude_actions.length + exclude_resources.length === 0 && sample_rate >= 1;
}

function decidingPart(policy: RecordingPolicy): RecordingPolicy {
  const { enabled, level, exclude_actions, exclude_resources } = policy;
  const { sample_rate, sample_reads, sample_writes, sample_salt } = policy;
  const levels = { enabled, level, exclude_actions, exclude_resources };
  return { ...levels, sample_rate, sample_reads, sample_writes, sample_salt };
}

function treatmentBy({ recording, detection, sealing }: Rules, fresh: FreshText): Treatment {
  const decide = recording && recordingDecider(recording);
  const look = detection && detector(detection);
  const plan = sealingPlan(sealing ?? { fields: [] });
  return (event, id, context) => {
    const decision = decide?.(event, { id });
    if (decision?.record === false) return { ok: false, leftOut: decision.reason, id, action: event.action };
    if (look === undefined) return seal(event, id, fieldsToSeal(event, plan), context, fresh);
    const looked = look(event, id, context.keys);
    if ('ok' in looked) return looked;
    return seal(looked.event, id, fieldsToSeal(looked.event, plan, looked.toSeal), context, fresh);
  };
}

/** An event as detection leaves it, and the pointers of the values to seal; or why it ends here. */
type Looked = { event: EventInput; toSeal: readonly string[] } | Extract<PreparedEvent, { ok: false }>;

const NOTHING: readonly string[] = [];

function detector({ actions = {}, mask_style: style }: DetectionSettings) {
  const looked = (Object.entries(actions) as [DetectionKind, DetectionAction][]).filter(
    ([, action]) => action !== 'ignore',
  );
  const kinds: ReadonlySet<DetectionKind> = new Set(looked.map(([kind]) => kind));
  const isHashed = style === 'hash';
  return (event: EventInput, id: string, keys: KeysAtHand | undefined): Looked => {
    const scan = scanEvent(event, { kinds });
    if (scan.findings.length === 0 && scan.complete) return { event, toSeal: NOTHING };
    const isKeyNeeded = isHashed && scan.findings.some(({ kind }) => actions[kind] === 'mask');
    if (isKeyNeeded && keys === undefined) return { ok: false, awaits: [], id };
    const options = {
      ...(style === undefined ? {} : { style }),
      ...(isKeyNeeded ? { hash: hashWith(keys!.maskKey) } : {}),
    };
    const { event: applied, toSeal, problems } = applyDetections(event, scan, actions, options);
    return problems.length > 0 ? { ok: false, problems } : { event: applied, toSeal };
  };
}

/** The hash that stands for a finding: equal ones are told to be equal, also in different fields. */
function hashWith(maskKey: Uint8Array): KeyedHashHex {
  return (text) => hmacSha256(maskKey, `attestlog/detected/v1\0${text}`).toString('hex');
}

function seal(
  event: EventInput,
  id: string,
  fields: readonly FieldToSeal[],
  { tenant, keys, mayChange }: TreatmentContext,
  fresh: FreshText,
): PreparedEvent {
  if (fields.length === 0) return { ok: true, event };
  if (keys === undefined || !hasKeysOf(fields, keys)) return { ok: false, awaits: subjectsOf(fields), id };
  const made = tryToSeal(event, { tenant, id }, fields, keys, fresh);
  if (made.problem !== undefined) return { ok: false, problems: [made.problem] };
  const { replacements, sealed } = made;
  if (!mayChange) return { ok: true, event: replaceValues(event, replacements), sealed };
  putValues(event, replacements);
  return { ok: true, event, sealed };
}

/** As a rule all fields are of one subject, which is looked up once. */
function hasKeysOf(fields: readonly FieldToSeal[], { subjects }: KeysAtHand): boolean {
  let last: string | undefined;
  for (const { subject } of fields) {
    if (subject !== last && subjects.get(subject) === undefined) return false;
    last = subject;
  }
  return true;
}

/** {@link sealFields}, where a value that cannot stand in an entry is a problem with its place in the event. */
function tryToSeal(event: EventInput, ...args: Parameters<typeof sealFields>): ReturnType<typeof sealFields> {
  try {
    return sealFields(...args);
  } catch (error) {
    if (error instanceof UnacceptableJsonError) return { problem: inspectJson(event).problem ?? error.problem };
    throw error;
  }
}

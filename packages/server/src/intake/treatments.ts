import {
  applyDetections,
  type DetectionKind,
  type DetectionSettings,
  type EventInput,
  type PreparedEvent,
  type PrepareEvent,
  type RecordingPolicy,
  recordingDecider,
  scanEvent,
} from '@attestlog/event';

/** What is done with a tenant's events on their way in. */
export interface Rules {
  /** Absent: every event is recorded. */
  recording?: RecordingPolicy;
  /** Absent: nothing is looked for. */
  detection?: DetectionSettings;
}

/** Does it with one event. */
export type Treatment = PrepareEvent;

/** More rules than these at once are prepared anew; those of a tenant take some kilobytes. */
export const TREATMENTS_MAX_ITEMS = 1_000;

/**
 * Prepared rules, for the thread that uses them. They are sent as text with the events, and the same text means the same
 * rules: so there is nothing to invalidate, and rules that are changed count from the next request on.
 */
export class Treatments {
  readonly #byText = new Map<string, Treatment>();

  /** @param rules as {@link rulesText} writes them */
  of(rules: string): Treatment {
    const known = this.#byText.get(rules);
    if (known !== undefined) return known;
    const treatment = treatmentBy(JSON.parse(rules) as Rules);
    if (this.#byText.size >= TREATMENTS_MAX_ITEMS) this.#byText.clear();
    this.#byText.set(rules, treatment);
    return treatment;
  }
}

/** Rules as text; undefined where there are none. Made once when a tenant is read, not for every request. */
export function rulesText({ recording, detection }: Rules): string | undefined {
  const isLookedFor = Object.values(detection?.actions ?? {}).some((action) => action !== 'ignore');
  const rules: Rules = {
    ...(recording === undefined || recordsAll(recording) ? {} : { recording: decidingPart(recording) }),
    ...(isLookedFor ? { detection: detection! } : {}),
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

function treatmentBy({ recording, detection }: Rules): Treatment {
  const decide = recording && recordingDecider(recording);
  const look = detection && detector(detection);
  return (event, id) => {
    const decision = decide?.(event, { id });
    if (decision?.record === false) return { ok: false, leftOut: decision.reason, id, action: event.action };
    return look === undefined ? { ok: true, event } : look(event);
  };
}

function detector({ actions = {}, mask_style: style }: DetectionSettings): (event: EventInput) => PreparedEvent {
  const looked = Object.entries(actions).flatMap(([kind, action]) =>
    action === 'ignore' ? [] : [kind as DetectionKind],
  );
  const kinds: ReadonlySet<DetectionKind> = new Set(looked);
  const options = style === undefined ? {} : { style };
  return (event) => {
    const scan = scanEvent(event, { kinds });
    if (scan.findings.length === 0 && scan.complete) return { ok: true, event };
    const { event: applied, problems } = applyDetections(event, scan, actions, options);
    return problems.length > 0 ? { ok: false, problems } : { ok: true, event: applied };
  };
}

import {
  type AdmissionContext,
  admitPrepared,
  applyDetections,
  type DetectionAction,
  type DetectionKind,
  type EventInput,
  type FieldProblem,
  fieldsToSeal,
  type LeaveOutReason,
  recordingDecider,
  type SealingPlan,
  samplingKey,
  scanEvent,
  sealingPlan,
} from '@attestlog/event';
import type { PointedProblem } from '../http/problem-details.js';
import type { PolicyInForce } from './policy-in-force.js';

/** Something in the text of an event that looks like personal data or a secret. */
export interface TrialFinding {
  readonly kind: DetectionKind;
  readonly pointer: string;
  /** What the policy does with it; `none`: it is not looked for. */
  readonly action: DetectionAction | 'none';
}

/** What would become of an event. */
export interface TrialVerdict {
  readonly outcome: 'recorded' | 'left_out' | 'refused';
  /** Why it is left out. */
  readonly reason?: LeaveOutReason;
  /** The rate decides by what is not known here: an id that the server makes, or its salt. */
  readonly isByChance: boolean;
  /** Pointers of the fields that are sealed. */
  readonly sealed: readonly string[];
  readonly findings: readonly TrialFinding[];
  readonly problems: readonly PointedProblem[];
}

/**
 * Says of events what would become of them under a policy, by the same functions as the server. Nothing is sent.
 *
 * @param context as for the admission of events
 */
export function trialOf(policy: PolicyInForce, context: AdmissionContext): (value: unknown) => TrialVerdict {
  const judge = judgeOf(policy, sealingPlan(policy.sealing));
  return (value) => {
    let judged: Judged | undefined;
    const admitted = admitPrepared(value, context, (event, id) => {
      judged = judge(event);
      const { reason, isByChance, problems } = judged;
      if (reason !== undefined && !isByChance) return { ok: false, leftOut: reason, id, action: event.action };
      return problems.length > 0 ? { ok: false, problems } : { ok: true, event: judged.event };
    });
    const { isByChance = false, sealed = [], findings = [] } = judged ?? {};
    if (admitted.ok) return { outcome: 'recorded', isByChance, sealed, findings, problems: [] };
    const others = { isByChance: false, sealed: [], findings };
    if (admitted.leftOut !== undefined)
      return { outcome: 'left_out', reason: admitted.leftOut, ...others, findings: [], problems: [] };
    return { outcome: 'refused', ...others, problems: 'problems' in admitted ? admitted.problems : [] };
  };
}

interface Judged {
  event: EventInput;
  reason?: LeaveOutReason;
  isByChance: boolean;
  sealed: string[];
  findings: TrialFinding[];
  problems: readonly FieldProblem[];
}

function judgeOf(
  { recording, detection, isSaltKnown }: PolicyInForce,
  plan: SealingPlan,
): (event: EventInput) => Judged {
  const decide = recordingDecider(recording);
  // What is left out when nothing is kept is what the rate decides about.
  const decideAtNone = recordingDecider({ ...recording, sample_rate: 0 });
  const { sample_rate } = recording;
  const { actions = {}, mask_style: style } = detection;
  return (event) => {
    const decision = decide(event);
    const atNone = decideAtNone(event, { id: event.id ?? 'made by the server' });
    const isRated = !atNone.record && atNone.reason === 'sampling' && sample_rate > 0 && sample_rate < 1;
    const isByChance = isRated && (!isSaltKnown || samplingKey(event, undefined) === undefined);
    const scan = scanEvent(event);
    const applied = applyDetections(event, scan, actions, style === undefined ? {} : { style });
    return {
      event: applied.event,
      ...(decision.record ? {} : { reason: decision.reason }),
      isByChance,
      sealed: fieldsToSeal(applied.event, plan, applied.toSeal).map(({ pointer }) => pointer),
      findings: scan.findings.map(({ kind, pointer }) => ({ kind, pointer, action: actions[kind] ?? 'none' })),
      problems: applied.problems,
    };
  };
}

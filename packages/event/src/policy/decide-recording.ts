import { actionMatcher, resourceMatcher } from './exclusions.js';
import { isOutsideLevel } from './level.js';
import type { Policy } from './policy.js';
import { isCritical, type PolicyEvent } from './policy-event.js';
import { isKept, samplingKey } from './sampling.js';

/** Why an event is not recorded, in the order in which the reasons are tried. */
export const leaveOutReasons = ['disabled', 'level', 'excluded_action', 'excluded_resource', 'sampling'] as const;
export type LeaveOutReason = (typeof leaveOutReasons)[number];

export type RecordingDecision = { readonly record: true } | { readonly record: false; readonly reason: LeaveOutReason };

/** The part of a policy that decides. */
export type RecordingPolicy = Pick<
  Policy,
  | 'enabled'
  | 'level'
  | 'exclude_actions'
  | 'exclude_resources'
  | 'sample_rate'
  | 'sample_reads'
  | 'sample_writes'
  | 'sample_salt'
>;

/** What the decision needs to know beside the event. */
export interface RecordingOrigin {
  /** The id that an event without one is about to get. */
  readonly id?: string;
  /** Whether the audit system itself wrote the event. Never from what a client sent. */
  readonly bySystem?: boolean;
}

const RECORD: RecordingDecision = Object.freeze({ record: true });
const LEAVE_OUT = Object.fromEntries(
  leaveOutReasons.map((reason) => [reason, Object.freeze({ record: false, reason })]),
) as Record<LeaveOutReason, RecordingDecision>;

/**
 * Decides whether an event is recorded: the one decision of SDKs and servers. Pure.
 *
 * | event             | not enabled | outside the level | excluded by name | sampling |
 * | ----------------- | ----------- | ----------------- | ---------------- | -------- |
 * | audit, by system  | recorded    | recorded          | recorded         | recorded |
 * | critical, denied  | left out    | recorded          | left out         | recorded |
 * | failure           | left out    | left out          | left out         | recorded |
 * | any other         | left out    | left out          | left out         | by rate  |
 *
 * A level speaks of kinds of operations in general, so a refused attempt and what the sender calls critical pass it:
 * they are few, and what one looks for afterwards. An exclusion is a name that somebody wrote down, for noise, and
 * noise is often refused (a probe without credentials), so it holds for every outcome. What an event does not say is
 * not guessed: it is never left out for an operation or outcome that it does not have.
 *
 * For many events of one policy, {@link recordingDecider} prepares the policy once.
 *
 * @param event an event that satisfies the schema
 */
export function decideRecording(
  event: PolicyEvent,
  policy: RecordingPolicy,
  origin: RecordingOrigin = {},
): RecordingDecision {
  return recordingDecider(policy)(event, origin);
}

/** {@link decideRecording} for one policy, which is not to be changed afterwards. */
export function recordingDecider(
  policy: RecordingPolicy,
): (event: PolicyEvent, origin?: RecordingOrigin) => RecordingDecision {
  const isExcludedAction = actionMatcher(policy.exclude_actions);
  const isExcludedResource = resourceMatcher(policy.exclude_resources);
  return (event, origin) => {
    if (origin?.bySystem === true && event.category === 'audit') return RECORD;
    if (!policy.enabled) return LEAVE_OUT.disabled;
    const outstanding = event.outcome === 'denied' || isCritical(event);
    if (!outstanding && isOutsideLevel(policy.level, event)) return LEAVE_OUT.level;
    if (isExcludedAction(event)) return LEAVE_OUT.excluded_action;
    if (isExcludedResource(event)) return LEAVE_OUT.excluded_resource;
    if (outstanding || event.outcome === 'failure' || !isSampled(event, policy)) return RECORD;
    const key = samplingKey(event, origin?.id);
    return key === undefined || isKept(key, policy.sample_rate, policy.sample_salt) ? RECORD : LEAVE_OUT.sampling;
  };
}

/** Whether the rate holds for an event. One without an operation may be a read or not, so both must be sampled. */
function isSampled({ operation }: PolicyEvent, policy: RecordingPolicy): boolean {
  if (policy.sample_rate >= 1) return false;
  if (operation === 'read') return policy.sample_reads;
  return policy.sample_writes && (operation !== undefined || policy.sample_reads);
}

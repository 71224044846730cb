import { type LeaveOutReason, leaveOutReasons } from '@attestlog/event';
import { counted } from '../terminal/wording.js';
import type { TrialVerdict } from './trial.js';

/** What would become of an event, in words: one line. */
export function verdictWords({ outcome, reason, isByChance, sealed, findings, problems }: TrialVerdict): string {
  if (outcome === 'left_out') return `left out: ${reason}`;
  const parts = [
    ...problems.map(({ pointer, message }) => (pointer === '' ? message : `${pointer}: ${message}`)),
    ...(isByChance ? ['if the rate takes it'] : []),
    ...(sealed.length === 0 ? [] : [`sealed ${sealed.join(', ')}`]),
    ...findings.map(({ kind, pointer, action }) => `${kind} in ${pointer} (${action})`),
  ];
  return parts.length === 0 ? outcome : `${outcome}: ${parts.join('; ')}`;
}

/** What became of all events of a trial. */
export class TrialTally {
  recorded = 0;
  refused = 0;
  /** Of those recorded: how many the rate may leave out. */
  byChance = 0;
  sealedFields = 0;
  findings = 0;
  readonly #leftOut = new Map<LeaveOutReason, number>();

  add({ outcome, reason, isByChance, sealed, findings }: TrialVerdict): void {
    if (outcome === 'recorded') this.recorded += 1;
    else if (outcome === 'refused') this.refused += 1;
    if (reason !== undefined) this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1);
    if (isByChance) this.byChance += 1;
    this.sealedFields += sealed.length;
    this.findings += findings.length;
  }

  words(): string {
    const reasons = leaveOutReasons.flatMap((reason) => {
      const times = this.#leftOut.get(reason);
      return times === undefined ? [] : [`${reason} ${times}`];
    });
    const leftOut = [...this.#leftOut.values()].reduce((sum, times) => sum + times, 0);
    const total = this.recorded + this.refused + leftOut;
    const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
    const chance = this.byChance === 0 ? '' : ` (${this.byChance} by chance)`;
    const values = `${counted(this.sealedFields, 'sealed field')}, ${counted(this.findings, 'finding')}`;
    return `${counted(total, 'event')}: ${this.recorded} recorded${chance}, ${leftOut} left out${why}, ${this.refused} refused; ${values}`;
  }
}

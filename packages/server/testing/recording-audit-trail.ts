import type { AuditedAct, AuditTrail } from '../src/audit/audit-trail.js';

/** An audit trail that keeps what it is told. */
export class RecordingAuditTrail implements AuditTrail {
  readonly acts: AuditedAct[] = [];
  /** While true, nothing can be recorded. */
  failing = false;

  async record(act: AuditedAct): Promise<void> {
    if (this.failing) throw new Error('the trail cannot be written');
    this.acts.push(act);
  }

  read(): undefined {
    return undefined;
  }

  /** The actions, in their order. */
  get actions(): string[] {
    return this.acts.map(({ action }) => action);
  }
}

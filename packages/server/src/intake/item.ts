import type { FieldProblem, LeaveOutReason } from '@attestlog/event';
import type { Position } from '../ports/store.js';
import type { Admitted } from './admission.js';

/**
 * What became of one event.
 * - `stored`: it is on stable storage.
 * - `duplicate`: the same event is recorded already; nothing was added.
 * - `conflict`: another event with this id is recorded already; this one was not stored.
 * - `refused`: it cannot be recorded as it is.
 * - `left_out`: the tenant's policy does not record such events; it was counted.
 */
export type ItemResult =
  | { status: 'stored' | 'duplicate' | 'conflict'; id: string; position: Position }
  | { status: 'refused'; id?: string; problems: readonly FieldProblem[] }
  | { status: 'left_out'; id: string; reason: LeaveOutReason };

/** An admitted event on its way into the journal. */
export interface Arrival {
  /** Its place in the request. */
  place: number;
  admitted: Admitted;
  /** Hash of (tenant, id). */
  key: number;
}

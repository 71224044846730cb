import type { SubjectKeyRange } from '@attestlog/event';

/**
 * How far an erasure is. Each state says what is still to be done; what was done before is never undone.
 *
 * - `planned`: it is to be seen whether a hold forbids it.
 * - `held`: a hold forbids it. Final.
 * - `destroying`: the keys that it names are to be destroyed. From here on it goes to its end.
 * - `removing`: the keys are gone; what lies beside the entries is to be removed.
 * - `certifying`: all is gone; the certificate is to be recorded.
 * - `done`. Final.
 */
export type ErasureState = 'planned' | 'held' | 'destroying' | 'removing' | 'certifying' | 'done';

/** An erasure in the registry: `erasure.{tenant}.{id}`. It names the person by tags only, and stays for good. */
export interface ErasureDocument {
  id: string;
  state: ErasureState;
  /** RFC 3339, as all times here. */
  requested_at: string;
  /** Id of the principal. */
  requested_by: string;
  reason?: string;
  tags: string[];
  /** The hold that forbade it. */
  hold?: string;
  keys?: SubjectKeyRange[];
  keys_destroyed_at?: string;
  entries?: number;
  fields?: number;
  /** The signed note. */
  certificate?: string;
  done_at?: string;
}

export function erasurePrefix(tenant: string): string {
  return `erasure.${tenant}.`;
}

export function erasureKey(tenant: string, id: string): string {
  return `${erasurePrefix(tenant)}${id}`;
}

/**
 * Beside every erasure that is not at its end there is a mark, `erasure-open.{tenant}.{id}`, so that whoever goes on
 * with them need not look at all that ever were. It is written before the erasure and removed after its end: a crash
 * between leaves a mark that says nothing, which is removed.
 */
export interface ErasureMark {
  /** RFC 3339. */
  made_at: string;
}

export const MARK_PREFIX = 'erasure-open.';

export function markKey(tenant: string, id: string): string {
  return `${MARK_PREFIX}${tenant}.${id}`;
}

/** The tenant and the id that a mark is of. */
export function readMarkKey(key: string): { tenant: string; id: string } {
  const [tenant = '', id = ''] = key.slice(MARK_PREFIX.length).split('.');
  return { tenant, id };
}

export function isFinal({ state }: ErasureDocument): boolean {
  return state === 'done' || state === 'held';
}

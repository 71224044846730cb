import type { Problem } from '../errors.js';
import type { AddressList } from './address-list.js';
import type { Dependency } from './credential-documents.js';
import type { Principal } from './principal.js';

/** A credential that is good, and for how long and from where it is. */
export interface Accepted {
  principal: Principal;
  /** It is good for as long as these documents are as they are, */
  dependencies: readonly Dependency[];
  /** until then (milliseconds since the Unix epoch; Infinity: without end), */
  expiresAtMs: number;
  /** and while this holds. */
  isCurrent?: (() => boolean) | undefined;
  /** From where it may be used; undefined: from everywhere. */
  addresses?: AddressList | undefined;
  /** The API key that was used. */
  keyId?: string | undefined;
}

/** A credential that is not good. */
export interface Refused {
  problem: Problem;
  /** True when it is a real one: it has ended, or was used from the wrong place. It was not guessed then. */
  isAuthentic?: boolean;
  /** The tenant that it belongs to, where it is a real one. */
  tenant?: string | null;
  keyId?: string;
}

export type Examination = Accepted | Refused;

export function isRefused(examination: Examination): examination is Refused {
  return 'problem' in examination;
}

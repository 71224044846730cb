/** A session: what a log-in began, and the family of refresh tokens that go on with it. Times are RFC 3339, UTC. */
export interface SessionDocument {
  id: string;
  /** `user:ID` or `key:ID`. */
  principal: string;
  /** Null: the principal belongs to the deployment. */
  tenant: string | null;
  /** The session epoch of the user when it began; 0 for keys. */
  epoch: number;
  /** Keyed hash of the root that all tokens of the family carry, hexadecimal. */
  root: string;
  /** Of the refresh token that counts now, from 0. Each rotation adds one. */
  generation: number;
  created_at: string;
  rotated_at: string;
  expires_at: string;
  revoked_at?: string;
  /** `logout`, `reuse`, `revoked`, `displaced`. */
  revoked_because?: string;
}

/** The sessions of a principal, so that their number has a bound. */
export interface SessionListDocument {
  sessions: { id: string; expires_at: string }[];
}

export const SESSION_PREFIX = 'refresh.';

export function sessionKey(id: string): string {
  return `${SESSION_PREFIX}${id}`;
}

/** @param principal `user:ID` or `key:ID` */
export function sessionListKey(principal: string): string {
  return `sessions.${principal.replace(':', '-')}`;
}

import type { KeyObject } from 'node:crypto';

/** The keys that sign one tenant's checkpoints. */
export interface SigningKeySet {
  /** Private Ed25519 keys that sign now, the newest first. During a rotation there is more than one. */
  active: readonly KeyObject[];
  /** Public keys that signed once, so that old checkpoints stay verifiable. */
  retired: readonly KeyObject[];
}

/** Where signing keys come from. A tenant's set always has an active key. */
export interface SigningKeys {
  keysOf(tenant: string): Promise<SigningKeySet>;
}

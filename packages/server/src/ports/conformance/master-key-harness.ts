import type { MasterKey } from '../master-key.js';

export interface MasterKeyHarness {
  masterKey: MasterKey;
  /** Closes the master key and opens another on what it kept. */
  reopen(): Promise<MasterKey>;
  /** Rotates the key, as its operator would, and opens it again. What was wrapped before can still be unwrapped. */
  rotate(): Promise<MasterKey>;
  /** Whether {@link MasterKey.id} changes with a rotation: a service that rotates behind one name keeps it. */
  idFollowsRotation: boolean;
  /** A master key of the same kind with another key, which must not unwrap anything of the first. */
  stranger(): Promise<MasterKey>;
  /** Closes the master key and removes what it kept. */
  dispose(): Promise<void>;
}

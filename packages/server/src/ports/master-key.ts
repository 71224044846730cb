/**
 * The master key: wraps the keys that lie in the registry, and never leaves its place.
 *
 * One machine: a file of mode 0600, or the environment. Past one machine: a key management service.
 */
export interface MasterKey {
  /** Names the key that wraps now; changes when the master key is rotated. */
  readonly id: string;

  /**
   * Wraps a key of 1 to {@link WRAPPED_KEY_MAX_BYTES} bytes. The context is authenticated: only the same one unwraps.
   * What it gives back names the master key within itself, so that keys wrapped before a rotation can be unwrapped.
   * Fails with `unavailable` when the service does not answer.
   */
  wrap(key: Uint8Array, context: string): Promise<Uint8Array>;

  /**
   * Unwraps what {@link wrap} gave, also under an earlier master key that is still kept.
   * Fails with `unavailable`, or with `corrupt` when it was changed, wrapped under another context or an unknown key.
   */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>;

  close(): Promise<void>;
}

export const WRAPPED_KEY_MAX_BYTES = 4096;

import type { Registry } from '../registry.js';

export interface RegistryHarness {
  registry: Registry;
  /** Closes the registry and opens another on what it kept. */
  reopen(): Promise<Registry>;
  /** Closes the registry and removes what it kept. */
  dispose(): Promise<void>;
}

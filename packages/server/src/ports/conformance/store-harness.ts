import type { EventStore } from '../store.js';

export interface StoreHarness {
  store: EventStore;
  /** Closes the store and opens another on what it kept. */
  reopen(): Promise<EventStore>;
  /** Closes the store and removes what it kept. */
  dispose(): Promise<void>;
}

/** What the tests of a suite share: the store as it is now, and names that no other test uses. */
export interface StoreContext {
  readonly store: EventStore;
  reopen(): Promise<void>;
  newTenant(): string;
  newToken(): string;
}

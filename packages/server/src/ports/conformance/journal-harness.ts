import type { Journal } from '../journal.js';

export interface JournalHarness {
  journal: Journal;
  /** Closes the journal and opens another on what it kept. */
  reopen(): Promise<Journal>;
  /** Closes the journal and removes what it kept. */
  dispose(): Promise<void>;
}

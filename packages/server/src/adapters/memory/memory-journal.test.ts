import { describeJournal } from '../../ports/conformance/journal-conformance.js';
import { MemoryJournalState, openMemoryJournal } from './memory-journal.js';

describeJournal('memory', async (limits) => {
  const state = new MemoryJournalState();
  const journal = openMemoryJournal(state, limits);
  return { journal, reopen: async () => openMemoryJournal(state, limits), dispose: async () => undefined };
});

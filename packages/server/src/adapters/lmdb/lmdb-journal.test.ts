import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal } from '../../ports/conformance/journal-conformance.js';
import { openLmdbJournal } from './lmdb-journal.js';

describeJournal('LMDB', async ({ maxBytes }) => {
  const path = await mkdtemp(join(tmpdir(), 'journal-'));
  let journal = await openLmdbJournal({ path, maxBytes });
  return {
    journal,
    async reopen() {
      await journal.close();
      journal = await openLmdbJournal({ path, maxBytes });
      return journal;
    },
    async dispose() {
      await journal.close();
      await rm(path, { recursive: true });
    },
  };
});

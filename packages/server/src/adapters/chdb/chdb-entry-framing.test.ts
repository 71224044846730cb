import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEntryFraming } from '../../ports/conformance/framing-conformance.js';
import { ChdbEntryFraming } from './chdb-entry-framing.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';

const options = { readSessions: 1, maxReadSeconds: 30, maxReadBytes: 1_000_000_000, maxServerBytes: 4_000_000_000 };

describeEntryFraming('chdb', async () => {
  const path = await mkdtemp(join(tmpdir(), 'attestlog-chdb-'));
  const store = await openChdbStore({ ...options, path });
  const engine = new Engine({ ...options, path });
  return {
    store,
    framing: new ChdbEntryFraming(engine),
    async dispose() {
      await engine.close();
      await store.close();
      await rm(path, { recursive: true, force: true });
    },
  };
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from '../../ports/conformance/store-conformance.js';
import { openChdbStore } from './chdb-store.js';

const options = { readSessions: 2, maxReadSeconds: 30, maxReadBytes: 1_000_000_000, maxServerBytes: 4_000_000_000 };

describeStore(
  'chdb',
  async () => {
    const path = await mkdtemp(join(tmpdir(), 'attestlog-chdb-'));
    let store = await openChdbStore({ ...options, path });
    return {
      store,
      async reopen() {
        await store.close();
        store = await openChdbStore({ ...options, path });
        return store;
      },
      async dispose() {
        await store.close();
        await rm(path, { recursive: true, force: true });
      },
    };
  },
  { batchesBetweenRepeats: 50 },
);

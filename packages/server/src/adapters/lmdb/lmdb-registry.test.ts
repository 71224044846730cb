import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRegistry } from '../../ports/conformance/registry-conformance.js';
import { openLmdbRegistry } from './lmdb-registry.js';

describeRegistry('LMDB', async () => {
  const path = await mkdtemp(join(tmpdir(), 'registry-'));
  let registry = await openLmdbRegistry({ path });
  return {
    registry,
    async reopen() {
      await registry.close();
      registry = await openLmdbRegistry({ path });
      return registry;
    },
    async dispose() {
      await registry.close();
      await rm(path, { recursive: true });
    },
  };
});

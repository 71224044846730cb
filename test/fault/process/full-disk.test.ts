import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { testUnless } from '../../support/facility.js';
import { Ledger } from '../../support/ledger.js';
import { Load } from '../../support/load.js';
import { ServerProcess } from '../../support/server-process.js';
import { lackOfSmallDisks, SmallDisks } from '../../support/small-disks.js';
import { expectSoundLogs } from '../../support/sound-logs.js';
import { expectRefusals, refusedLoad, untilReady, untilTrouble } from './trouble.js';

const testOnDisk = testUnless(lackOfSmallDisks(), 'covered elsewhere');
const TENANTS = ['alpha', 'beta', 'gamma'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-full-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

testOnDisk('a full disk: no false acknowledgement, a clear state, and recovery without a restart', async () => {
  const disks = await SmallDisks.mount([{ path: folder, mebibytes: 128 }]);
  const server = await ServerProcess.start({ data: join(folder, 'data'), under: disks.under });
  try {
    const ledger = new Ledger();
    await new Load(server, ledger, { tenants: TENANTS, name: 'before' }).during(500);
    await disks.fill(folder);

    const refusals = await refusedLoad(server, ledger, { tenants: TENANTS, name: 'full', padding: 4_000 });
    expectRefusals(refusals, ['journal-full', 'registry-unavailable']);
    const troubles = await untilTrouble(server);
    expect(troubles.map(({ detail }) => detail).join('\n')).toMatch(/not enough space|disk is full|No space left/);
    expect(server.log).toMatch(/"level":50.*(not enough space|disk is full|No space left)/);

    await disks.free(folder);
    const after = new Load(server, ledger, { tenants: TENANTS, name: 'after' });
    await after.during(500);
    expect(after.refusals).toEqual([]);
    await untilReady(server);
    await expectSoundLogs(server, ledger);
    expect(await server.stop()).toBe(0);
  } finally {
    await server.dispose();
    await disks.dispose();
  }
});

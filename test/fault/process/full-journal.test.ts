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
const TENANTS = ['alpha', 'beta'];

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-full-journal-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

testOnDisk('a full disk under the journal alone: what cannot be written is refused, and /readyz says so', async () => {
  const disks = await SmallDisks.mount([
    { path: data, mebibytes: 32 },
    { path: join(data, 'chdb'), mebibytes: 512 },
  ]);
  const server = await ServerProcess.start({ data, under: disks.under });
  try {
    const ledger = new Ledger();
    await new Load(server, ledger, { tenants: TENANTS, name: 'before' }).during(500);
    await expectSoundLogs(server, ledger);
    await disks.fill(data);

    // Sealing frees pages, so a later write may succeed: the trouble is looked at while writes go on to fail.
    const load = { tenants: TENANTS, name: 'full', padding: 8_000 };
    const refusals = await refusedLoad(server, ledger, load, async () => {
      expect((await untilTrouble(server, 'journal'))[0]!.detail).toMatch(/disk is full|No space left/);
    });
    expectRefusals(refusals, ['journal-full', 'registry-unavailable']);
    expect(server.log).toMatch(/"level":50.*(disk is full|No space left)/);

    await disks.free(data);
    await new Load(server, ledger, { tenants: TENANTS, name: 'after' }).during(500);
    await untilReady(server);
    await expectSoundLogs(server, ledger);
  } finally {
    await server.dispose();
    await disks.dispose();
  }
});

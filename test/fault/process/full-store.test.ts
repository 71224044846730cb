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

const testOnDisk = testUnless(lackOfSmallDisks(), 'covered nowhere else');
const TENANTS = ['alpha', 'beta', 'gamma'];

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-full-store-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

testOnDisk('a store that cannot write: intake goes on until the journal is full, and all is sealed after', async () => {
  const disks = await SmallDisks.mount([
    { path: data, mebibytes: 128 },
    { path: join(data, 'chdb'), mebibytes: 128 },
  ]);
  const server = await ServerProcess.start({ data, under: disks.under, env: { ATTESTLOG_JOURNAL_SIZE: '16MiB' } });
  try {
    const ledger = new Ledger();
    await new Load(server, ledger, { tenants: TENANTS, name: 'before' }).during(300);
    await expectSoundLogs(server, ledger);
    await disks.fill(join(data, 'chdb'));

    const whileFull = new Load(server, ledger, { tenants: TENANTS, name: 'store-full', waiting: false });
    const [trouble] = await untilTrouble(server, 'sequencer');
    expect(trouble!.detail).toMatch(/not enough space|No space left/);
    await whileFull.during(300);
    expect(whileFull.refusals, 'the journal takes what the store cannot').toEqual([]);

    const refusals = await refusedLoad(server, ledger, { tenants: TENANTS, name: 'journal-full', padding: 15_000 });
    expectRefusals(refusals, ['journal-full']);
    expect((await untilTrouble(server, 'journal')).length).toBe(1);
    expect(server.log).toMatch(/"level":50.*sealing failed/);

    await disks.free(join(data, 'chdb'));
    await untilReady(server);
    expect(server.log).toMatch(/sealing works again/);
    await new Load(server, ledger, { tenants: TENANTS, name: 'after' }).during(300);
    await expectSoundLogs(server, ledger);
  } finally {
    await server.dispose();
    await disks.dispose();
  }
});

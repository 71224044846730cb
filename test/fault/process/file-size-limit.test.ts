import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { lackOf, testUnless } from '../../support/facility.js';
import { Ledger } from '../../support/ledger.js';
import { Load } from '../../support/load.js';
import { ServerProcess } from '../../support/server-process.js';
import { expectSoundLogs } from '../../support/sound-logs.js';
import { expectRefusals, refusedLoad, untilTrouble } from './trouble.js';

const testLimited = testUnless(lackOf('prlimit', ['--fsize=1000000', 'true']), 'covered elsewhere');
const TENANTS = ['alpha', 'beta', 'gamma'];

/** So that files cannot grow any more, whatever room the disk has; only the soft limit, so that it can be lifted. */
function limitFiles(server: ServerProcess, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:unlimited`]);
}

testLimited('files that may not grow: no false acknowledgement, a clear state, and recovery', async () => {
  const server = await ServerProcess.start();
  try {
    const ledger = new Ledger();
    await new Load(server, ledger, { tenants: TENANTS, name: 'before' }).during(300);
    limitFiles(server, (await stat(join(server.data, 'journal', 'data.mdb'))).size);

    const refusals = await refusedLoad(server, ledger, { tenants: TENANTS, name: 'limited', padding: 15_000 });
    expectRefusals(refusals, ['journal-full', 'registry-unavailable']);
    expect((await untilTrouble(server, 'journal', 'sequencer'))[0]!.detail).toMatch(/File too large|file too large/);
    expect(server.log).toMatch(/"level":50.*file too large/i);

    limitFiles(server, 'unlimited');
    await new Load(server, ledger, { tenants: TENANTS, name: 'after' }).during(300);
    await expectSoundLogs(server, ledger);
    expect(await server.stop()).toBe(0);
  } finally {
    await server.dispose();
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Ledger } from '../../support/ledger.js';
import { Load } from '../../support/load.js';
import { ServerProcess } from '../../support/server-process.js';
import { expectSoundLogs } from '../../support/sound-logs.js';

const TENANTS = ['alpha', 'beta', 'gamma'];
const ROUNDS = 3;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-stop-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

test('a server that is told to stop under load seals what it accepted and ends well', async () => {
  const ledger = new Ledger();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const server = await ServerProcess.start({ data, env: { ATTESTLOG_STOP_TIMEOUT: '100s' } });
    try {
      const load = new Load(server, ledger, { tenants: TENANTS, name: `round-${round}` });
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 500));
      expect(await server.stop(), server.log).toBe(0);
      await load.stop();
      for (const refusal of load.refusals) expect(refusal).toMatchObject({ status: 503, code: 'shutting-down' });
      expect(server.log).toMatch(/"msg":"stopping"/);
      expect(server.log, 'within the limit, all was sealed').not.toMatch(/stopped before everything was sealed/);
    } finally {
      await server.dispose();
    }
  }
  const server = await ServerProcess.start({ data });
  try {
    expect(ledger.acknowledgedCount).toBeGreaterThan(0);
    await expectSoundLogs(server, ledger);
  } finally {
    await server.dispose();
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IntakeClient } from '../../support/intake-client.js';
import { Ledger } from '../../support/ledger.js';
import { Load } from '../../support/load.js';
import { currentCheckpoint, readLog } from '../../support/log-reading.js';
import { ServerProcess } from '../../support/server-process.js';
import { expectSoundLogs } from '../../support/sound-logs.js';
import { WatchedLog } from '../../support/watched-log.js';

const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 20);
const TENANTS = ['alpha', 'beta', 'gamma', 'delta'];
const LONGEST_LOAD_MS = 1_200;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-kill-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

/** Loads the server and kills it at a random moment. Resolves with the last checkpoints that were seen before. */
async function killUnderLoad(
  server: ServerProcess,
  ledger: Ledger,
  stream: WatchedLog,
  round: number,
): Promise<Map<string, string>> {
  const remembered = new Map<string, string>();
  const load = new Load(server, ledger, { tenants: TENANTS, name: `round-${round}` });
  const moment = new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LOAD_MS));
  const watching = Promise.all([watch(server, remembered), watchOn(server, stream)]);
  await moment;
  await server.kill();
  await Promise.all([load.stop(), watching]);
  expect(load.refusals, 'the server answered everything with a success until it was killed').toEqual([]);
  return remembered;
}

async function watch(server: ServerProcess, remembered: Map<string, string>): Promise<void> {
  while (!server.exited) {
    for (const tenant of TENANTS) {
      const checkpoint = await currentCheckpoint(server, tenant);
      if (checkpoint !== undefined) remembered.set(tenant, checkpoint);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Events are given out before they are committed, so a server that was killed is asked for what it did not commit. */
async function watchOn(server: ServerProcess, stream: WatchedLog): Promise<void> {
  const status = await stream.watch(server);
  expect([0, 200], 'a stream goes on at its place').toContain(status);
}

/** Every third time, the server is killed again while it starts: what it takes up must bear being left off again. */
async function restart(round: number): Promise<ServerProcess> {
  if (round % 3 === 0) {
    const interrupted = await ServerProcess.launch({ data });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 800));
    await interrupted.kill();
  }
  return ServerProcess.start({ data });
}

/** Sends again what was never acknowledged, under the same ids: it must be stored now, or have been. */
async function sendAgain(server: ServerProcess, ledger: Ledger): Promise<void> {
  const client = new IntakeClient(server, ledger);
  for (const tenant of ledger.tenants) {
    const events = ledger.unacknowledged(tenant);
    if (events.length === 0) continue;
    expect(await client.batch(tenant, events), `repeats of ${tenant}`).toMatchObject({ status: 201, unstored: [] });
  }
}

test(`a server that is killed under load ${ROUNDS} times loses and doubles nothing`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  const ledger = new Ledger();
  const stream = new WatchedLog(TENANTS[0]!);
  let server = await ServerProcess.start({ data });
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const remembered = await killUnderLoad(server, ledger, stream, round);
      server = await restart(round);
      await expectSoundLogs(server, ledger, remembered);
      await sendAgain(server, ledger);
    }
    await expectSoundLogs(server, ledger);
    expect(ledger.acknowledgedCount).toBeGreaterThan(ROUNDS);
    // What was given out was never taken back.
    await stream.watch(server, '&follow=false');
    const log = await readLog(server, TENANTS[0]!);
    const ids = log?.entries.slice(0, stream.ids.length).map(({ id }) => id);
    expect([stream.ids, stream.misplaced]).toEqual([ids, []]);
    expect(stream.ids.length).toBeGreaterThanOrEqual(ledger.acknowledged(TENANTS[0]!).length);
  } finally {
    await server.dispose();
  }
});

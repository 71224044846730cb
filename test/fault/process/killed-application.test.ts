import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { readLog } from '../../support/log-reading.js';
import { ServerProcess } from '../../support/server-process.js';
import { waitUntilSealed } from '../../support/sound-logs.js';

const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 4);
const APPLICATION = fileURLToPath(new URL('./spooling-application.mjs', import.meta.url));
/** Applications that share the spool's folder at once. */
const TOGETHER = 2;
const LONGEST_LIFE_MS = 600;
const EVENTS_PER_TURN = 5;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-spooling-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function startApplication(server: ServerProcess, name: string, eventsPerTurn: number): ChildProcess {
  const args = [server.url, server.key, join(folder, 'spool'), name, join(folder, 'ledger'), String(eventsPerTurn)];
  const child = spawn(process.execPath, [APPLICATION, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts applications, and kills each at a moment of its own once all of them log. */
async function killApplications(server: ServerProcess, round: number): Promise<void> {
  const children = Array.from({ length: TOGETHER }, (_, index) =>
    startApplication(server, `round-${round}-${index}`, EVENTS_PER_TURN),
  );
  await Promise.all(
    children.map(async (child) => {
      await once(child.stdout!, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      expect((await ended)[1], 'it lived until it was killed').toBe('SIGKILL');
    }),
  );
}

async function spoolsLeft(): Promise<string[]> {
  return (await readdir(join(folder, 'spool'))).filter((name) => /^[0-9a-f-]{36}$/.test(name));
}

test(`applications killed ${ROUNDS} times, and the server twice: what was spooled is in the log exactly once`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  const port = await freePort();
  const data = join(folder, 'data');
  let server = await ServerProcess.start({ data, port });
  const killsServer = new Set([Math.ceil(ROUNDS / 3), Math.ceil((2 * ROUNDS) / 3)]);
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const applications = killApplications(server, round);
      if (killsServer.has(round)) {
        await server.kill();
        server = await ServerProcess.start({ data, port });
      }
      await applications;
    }
    const last = startApplication(server, 'last', 0);
    expect((await once(last, 'exit'))[0]).toBe(0);
    expect(await spoolsLeft()).toEqual([]);

    const noted = (await readFile(join(folder, 'ledger'), 'utf8')).trim().split('\n');
    await waitUntilSealed(server, 'acme');
    const log = await readLog(server, 'acme');
    expect(log?.verified).toMatchObject({ violations: [], omitted: 0 });
    const ids = log!.entries.map(({ id }) => id as string).filter((id) => /^(?:round|last)-/.test(id));
    expect(ids.length, 'nothing is there twice').toBe(new Set(ids).size);
    const recorded = new Set(ids);
    expect(noted.filter((id) => !recorded.has(id))).toEqual([]);
    expect(noted.length).toBeGreaterThan(ROUNDS * 20);
    const gaps = log!.entries.filter(({ action }) => action === 'audit.gap');
    expect(gaps, 'nothing was lost, and nothing said so').toEqual([]);
    expect(existsSync(join(folder, 'spool', 'damaged'))).toBe(false);
    console.log(`${noted.length} events were spooled, ${ids.length} are recorded`);
  } finally {
    await server.dispose();
  }
});

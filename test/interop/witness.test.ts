import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { ServerProcess } from '../support/server-process.js';
import { TenantLog } from './tenant-log.js';
import { BUILD_TIMEOUT_MS, type ForeignTools, foreignTools } from './tools/foreign-tools.js';
import { skippedWithoutGo, unlessGo } from './tools/go-toolchain.js';
import { Litewitness } from './tools/litewitness.js';
import { policy, readWithTorchwood } from './tools/torchwood-client.js';
import { startWitnessedServer, witnessedLog } from './witnessed-server.js';

describe.skipIf(skippedWithoutGo)(`a foreign witness cosigns${unlessGo}`, () => {
  let tools: ForeignTools;
  let witness: Litewitness;
  let data: string;
  let server: ServerProcess;

  beforeAll(async () => {
    tools = await foreignTools();
    witness = await Litewitness.start(tools);
    data = await mkdtemp(join(tmpdir(), 'attestlog-witnessed-'));
    server = await startWitnessedServer(witness, { data: join(data, 'first') });
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    await server?.dispose();
    await witness?.dispose();
    await rm(data, { recursive: true, force: true });
  });

  const accepted = async (log: TenantLog, witnessKey?: string): Promise<boolean> => {
    const request = { log: log.address, policy: policy(await log.key(), witnessKey) };
    return (await readWithTorchwood(tools, request)).verified;
  };

  it('leaves out the cosignature of a witness that does not know the log, and gets it once it does', async () => {
    const log = new TenantLog(server, 'unknown');
    await log.growTo(10);
    await log.checkpointOfAll();
    expect(await accepted(log, witness.key)).toBe(false);
    expect(await accepted(log)).toBe(true);
    const key = await log.key();
    await witness.trust(key.split('+')[0]!, key);
    await log.checkpointOfAll(witness.key);
    expect(await accepted(log, witness.key)).toBe(true);
  });

  it('goes on while the witness is away, and has it cosign again when it is back', async () => {
    const log = await witnessedLog(server, witness, 'away');
    await log.growTo(100);
    await log.checkpointOfAll(witness.key);
    await witness.stop();
    for (const size of [200, 300]) {
      await log.growTo(size);
      await log.checkpointOfAll();
      expect(await accepted(log, witness.key)).toBe(false);
      expect(await accepted(log)).toBe(true);
    }
    await witness.restart();
    await log.checkpointOfAll(witness.key);
    expect(await accepted(log, witness.key)).toBe(true);
    await log.growTo(400);
    await log.checkpointOfAll(witness.key);
    expect(await accepted(log, witness.key)).toBe(true);
  });

  it('gets no cosignature for a log that was restored from a copy and went another way', async () => {
    const log = await witnessedLog(server, witness, 'restored');
    await log.growTo(20);
    await log.checkpointOfAll(witness.key);
    await server.stop();
    const copy = join(data, 'copy');
    await cp(server.data, copy, { recursive: true });

    server = await startWitnessedServer(witness, { data: server.data });
    const first = new TenantLog(server, 'restored', log.ids);
    await first.growTo(27, 'first');
    await first.checkpointOfAll(witness.key);
    await server.stop();

    server = await startWitnessedServer(witness, { data: copy });
    const second = new TenantLog(server, 'restored', log.ids);
    for (const size of [27, 40]) {
      await second.growTo(size, 'second');
      await second.checkpointOfAll();
      await witnessRefuses(server);
      expect(await accepted(second, witness.key)).toBe(false);
      expect(await accepted(second)).toBe(true);
    }
  });
});

/** Waits until the witness finds, once more, that the log does not continue the one that it has cosigned. */
function witnessRefuses(server: ServerProcess): Promise<true> {
  const refusals = () => server.log.split('it answered 422').length;
  const before = refusals();
  return eventually('a refusal', () => refusals() > before || undefined);
}

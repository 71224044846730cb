import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.js';
import type { ServerProcess } from '../support/server-process.js';
import { BUILD_TIMEOUT_MS, type ForeignTools, foreignTools } from './tools/foreign-tools.js';
import { skippedWithoutGo, unlessGo } from './tools/go-toolchain.js';
import { Litewitness } from './tools/litewitness.js';
import { policy, readWithTorchwood } from './tools/torchwood-client.js';
import { startWitnessedServer, witnessedLog } from './witnessed-server.js';

const TIMEOUT_MS = 20_000;

describe.skipIf(skippedWithoutGo)(`foreign tools on an evidence pack${unlessGo}`, () => {
  let tools: ForeignTools;
  let witness: Litewitness;
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    tools = await foreignTools();
    witness = await Litewitness.start(tools);
    server = await startWitnessedServer(witness);
    folder = await mkdtemp(join(tmpdir(), 'attestlog-evidence-'));
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    await server?.dispose();
    await witness?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('accept each of its receipts, by the log’s key and the witness’s', async () => {
    const log = await witnessedLog(server, witness, 'evidence');
    await log.growTo(300);
    await log.checkpointOfAll(witness.key);
    const answer = await server.fetch('/api/v1/evidence?from_index=200&to_index=300', { tenant: 'evidence' });
    expect(answer.status).toBe(200);
    const zip = join(folder, 'pack.zip');
    await writeFile(zip, Buffer.from(await answer.arrayBuffer()));
    const unpacked = join(folder, 'unpacked');
    const program =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])';
    const unpack = await runProgram('python3', ['-c', program, zip, unpacked], { timeoutMs: TIMEOUT_MS });
    expect(unpack).toMatchObject({ code: 0, stderr: '' });

    const receipts = new Map<number, string>();
    for (const name of await readdir(join(unpacked, 'receipts'))) {
      receipts.set(Number(name.split('.')[0]), await readFile(join(unpacked, 'receipts', name), 'utf8'));
    }
    expect(receipts.size).toBe(100);
    await log.checkpointOfAll(witness.key);
    const request = { log: log.address, policy: policy(await log.key(), witness.key), receipts };
    const { verified, receipts: accepted, reason } = await readWithTorchwood(tools, request);
    expect({ verified, accepted, reason }).toEqual({ verified: true, accepted: 100, reason: '' });
  });
});

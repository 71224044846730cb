import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerProcess } from '../support/server-process.js';
import type { TenantLog } from './tenant-log.js';
import { BUILD_TIMEOUT_MS, type ForeignTools, foreignTools } from './tools/foreign-tools.js';
import { fsck } from './tools/fsck.js';
import { skippedWithoutGo, unlessGo } from './tools/go-toolchain.js';
import { Litewitness } from './tools/litewitness.js';
import { policy, readWithTorchwood } from './tools/torchwood-client.js';
import { startWitnessedServer, witnessedLog } from './witnessed-server.js';

/**
 * Sizes around the borders of the tiles of level 0, each in a tenant of its own. The second verifier reads a log that
 * has grown by what the server recorded of the first one, so there are some before the borders too.
 */
const SIZES = [1, 253, 254, 255, 256, 257, 509, 510, 511, 512, 513];
/** Sizes around the border of a tile of level 1, to which one tenant grows. */
const LARGE_SIZES = [65_533, 65_535, 65_537];

describe.skipIf(skippedWithoutGo)(`foreign verifiers accept logs around the borders of tiles${unlessGo}`, () => {
  let tools: ForeignTools;
  let witness: Litewitness;
  let server: ServerProcess;

  beforeAll(async () => {
    tools = await foreignTools();
    witness = await Litewitness.start(tools);
    server = await startWitnessedServer(witness);
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    await server?.dispose();
    await witness?.dispose();
  });

  /** fsck and the torchwood client, under a policy that demands the witness; then each receipt sampled. */
  const expectVerified = async (log: TenantLog, size: number): Promise<void> => {
    await log.growTo(size);
    await log.checkpointOfAll(witness.key);
    const key = await log.key();
    const checked = await fsck(tools, log.address, key);
    expect(checked, checked.output).toMatchObject({ passed: true });
    await expectSize(log, checked.size, size);

    const receipts = await log.receipts(samplesOf(log.ids.length));
    await log.checkpointOfAll(witness.key);
    const request = { log: log.address, policy: policy(key, witness.key), receipts };
    const { entries, size: read, ...others } = await readWithTorchwood(tools, request);
    expect(others).toEqual({ verified: true, signers: 2, receipts: samplesOf(log.ids.length).length, reason: '' });
    await expectSize(log, read, size);
    expect(entries).toHaveLength(read);
    const ids = entries.map(({ id }) => id as string);
    expect(ids.filter((id) => !id.startsWith('attestlog:')).sort()).toEqual(log.ids.toSorted());
  };

  /** Readers are recorded while they read: what they saw was the size then, between the one before and the one now. */
  const expectSize = async (log: TenantLog, seen: number | undefined, before: number): Promise<void> => {
    expect(seen).toBeGreaterThanOrEqual(before);
    expect(seen).toBeLessThanOrEqual(await log.size());
  };

  it.each(SIZES)('%i entries', async (size) => {
    await expectVerified(await witnessedLog(server, witness, `tenant-${size}`), size);
  });

  it(`${LARGE_SIZES.join(', then ')} entries of one log that grows`, { timeout: 240_000 }, async () => {
    const log = await witnessedLog(server, witness, 'large');
    for (const size of LARGE_SIZES) await expectVerified(log, size);
  });

  it('does not accept a receipt of another entry', async () => {
    const log = await witnessedLog(server, witness, 'receipts');
    await log.growTo(300);
    await log.checkpointOfAll(witness.key);
    const [[index, receipt]] = [...(await log.receipts([17]))] as [[number, string]];
    const receipts = new Map([[index + 1, receipt]]);
    const request = { log: log.address, policy: policy(await log.key(), witness.key), receipts };
    const { verified, reason } = await readWithTorchwood(tools, request);
    expect(verified).toBe(false);
    expect(reason).toContain(`receipt of entry ${index + 1}`);
  });
});

/** Places around the borders of tiles, in the middle, and both ends. */
function samplesOf(size: number): number[] {
  const places = [0, 254, 255, 256, 257, 511, 512, Math.floor(size / 2), 65_534, 65_535, 65_536, size - 1];
  return [...new Set(places.filter((place) => place < size))];
}

import { beforeAll, describe, expect, it } from 'vitest';
import { attestlog } from '../support/command.js';
import { ServerProcess } from '../support/server-process.js';
import { copyLog, type LogCopy } from './copy/log-copy.js';
import { StaticLog } from './copy/static-log.js';
import { cloneCopy, tamperings } from './copy/tampering.js';
import { TenantLog } from './tenant-log.js';
import { BUILD_TIMEOUT_MS, type ForeignTools, foreignTools } from './tools/foreign-tools.js';
import { fsck } from './tools/fsck.js';
import { skippedWithoutGo, unlessGo } from './tools/go-toolchain.js';
import { policy, readWithTorchwood } from './tools/torchwood-client.js';

const SIZE = 513;

describe.skipIf(skippedWithoutGo)(`every verifier tells a tampered copy from a true one${unlessGo}`, () => {
  let tools: ForeignTools;
  let copy: LogCopy;
  let key: string;

  beforeAll(async () => {
    tools = await foreignTools();
    const server = await ServerProcess.start();
    try {
      const log = new TenantLog(server, 'copied');
      await log.growTo(SIZE);
      await log.checkpointOfAll();
      key = await log.key();
      copy = await copyLog(server, 'copied');
    } finally {
      await server.dispose();
    }
  }, BUILD_TIMEOUT_MS);

  /** What each of the three says of a copy that a plain file server serves. */
  const verdicts = async (files: LogCopy) => {
    const served = await StaticLog.serve(files);
    try {
      const { url } = served.address;
      const foreign = await fsck(tools, served.address, key);
      const torchwood = await readWithTorchwood(tools, { log: served.address, policy: policy(key) });
      const own = await attestlog({ url, key: '' }, ['verify', '--log', url, '--key', key, '--json']);
      return { foreign, torchwood, own: { code: own.code, ...(JSON.parse(own.stdout) as Report) } };
    } finally {
      await served.close();
    }
  };

  it('accepts the untampered copy', async () => {
    const { foreign, torchwood, own } = await verdicts(cloneCopy(copy));
    expect(foreign, foreign.output).toMatchObject({ passed: true, size: SIZE });
    expect(torchwood, torchwood.reason).toMatchObject({ verified: true, size: SIZE });
    expect(own).toMatchObject({ code: 0, ok: true, size: SIZE, verified: SIZE, violations: [] });
  });

  it.each(tamperings)('$name', async ({ apply, violations, ...words }) => {
    const tampered = cloneCopy(copy);
    apply(tampered);
    const { foreign, torchwood, own } = await verdicts(tampered);
    expect(foreign.passed).toBe(false);
    expect(foreign.output).toMatch(words.fsck);
    expect(torchwood.verified).toBe(false);
    expect(torchwood.reason).toContain(words.torchwood);
    expect(own).toMatchObject({ code: 2, ok: false });
    expect(own.violations.map(({ message: _, ...finding }) => finding)).toEqual(violations);
  });
});

interface Report {
  ok: boolean;
  size: number;
  verified: number;
  violations: { code: string; message: string }[];
}

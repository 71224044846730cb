import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { TenantLog } from './tenant-log.js';
import { opensslLack, TimestampAuthority } from './tools/timestamp-authority.js';

const unlessOpenssl = opensslLack === undefined ? '' : ` (skipped: ${opensslLack})`;
if (opensslLack !== undefined) console.warn(`The test of timestamps is skipped: ${opensslLack}`);

describe.skipIf(opensslLack !== undefined)(`a time-stamping authority (RFC 3161)${unlessOpenssl}`, () => {
  let server: ServerProcess;
  let authority: TimestampAuthority;

  beforeAll(async () => {
    server = await ServerProcess.start();
    authority = await TimestampAuthority.create();
  });
  afterAll(async () => {
    await server?.dispose();
    await authority?.dispose();
  });

  it('stamps a checkpoint, and confirms that one and no other', async () => {
    const log = new TenantLog(server, 'stamped');
    await log.growTo(3);
    const checkpoint = await log.checkpointOfAll();
    await authority.stamp(checkpoint);
    await log.growTo(4);
    expect(await authority.confirms(checkpoint)).toBe(true);
    expect(await authority.confirms(await log.checkpointOfAll())).toBe(false);
  });
});

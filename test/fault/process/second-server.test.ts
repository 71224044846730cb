import { expect, test } from 'vitest';
import { IntakeClient } from '../../support/intake-client.js';
import { Ledger } from '../../support/ledger.js';
import { ServerProcess } from '../../support/server-process.js';
import { expectSoundLogs } from '../../support/sound-logs.js';

const event = (id: string) => ({ id, action: 'order.approve', actor: { id: 'user-1' } });

test('a second server on the same folder ends with a clear message, and the first one goes on', async () => {
  const first = await ServerProcess.start();
  try {
    const ledger = new Ledger();
    const client = new IntakeClient(first, ledger);
    await client.single('alpha', event('before'));
    const second = await ServerProcess.launch({ data: first.data });
    expect(await second.ended()).toBeGreaterThan(0);
    expect(second.log).toMatch(/another server uses this folder/i);
    expect(second.log, 'a message for an operator, not a stack').not.toMatch(/\n\s+at /);
    expect(await client.single('alpha', event('after'), '?wait=sealed')).toMatchObject({ status: 201 });
    await expectSoundLogs(first, ledger);
    expect(await first.stop()).toBe(0);
  } finally {
    await first.dispose();
  }
});

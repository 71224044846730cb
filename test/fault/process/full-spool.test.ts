import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { testUnless } from '../../support/facility.js';
import { freePort } from '../../support/free-port.js';
import { readLog } from '../../support/log-reading.js';
import { ServerProcess } from '../../support/server-process.js';
import { lackOfSmallDisks, SmallDisks } from '../../support/small-disks.js';
import { waitUntilSealed } from '../../support/sound-logs.js';

const testOnDisk = testUnless(lackOfSmallDisks(), 'covered elsewhere');
const APPLICATION = fileURLToPath(new URL('./filling-application.mjs', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-full-spool-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

testOnDisk('a spool on a disk that is full: nothing throws or waits, and the log says what it lacks', async () => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  const disks = await SmallDisks.mount([{ path: disk, mebibytes: 2 }]);
  const port = await freePort();
  const data = join(folder, 'data');
  let server: ServerProcess | undefined;
  try {
    const url = `http://127.0.0.1:${port}`;
    const [program, ...args] = [...disks.under, process.execPath, APPLICATION, url, join(disk, 'spool'), folder];
    const application = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // It has filled the disk and its memory, and lost some; the server comes only now.
    await once(application.stdout!, 'data');
    server = await ServerProcess.start({ data, port });
    application.stdin!.end();
    expect((await once(application, 'exit'))[0]).toBe(0);

    const states = JSON.parse(await readFile(join(folder, 'states'), 'utf8')) as Record<string, string[]>;
    const { spooled = [], buffered = [], dropped = [] } = states;
    expect([spooled.length > 100, buffered.length, dropped.length > 0]).toEqual([true, 50, true]);
    await waitUntilSealed(server, 'acme');
    const { entries } = (await readLog(server, 'acme'))!;
    const gaps = entries.filter(({ action }) => action === 'audit.gap');
    expect(gaps).toMatchObject([
      { metadata: { lost_events: dropped.length, reasons: { disk_error: dropped.length } } },
    ]);
    const ids = entries.map(({ id }) => id).filter((id) => /^e\d+$/.test(String(id)));
    expect(ids.sort()).toEqual([...spooled, ...buffered].sort());
  } finally {
    await server?.dispose();
    await disks.dispose();
  }
});

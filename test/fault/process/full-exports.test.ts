import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { testUnless } from '../../support/facility.js';
import { ServerProcess } from '../../support/server-process.js';
import { lackOfSmallDisks, SmallDisks } from '../../support/small-disks.js';

const testOnDisk = testUnless(lackOfSmallDisks(), 'covered nowhere else');

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-full-exports-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Export {
  id: string;
  state: string;
  files: unknown[];
  error?: { code: string };
}

async function exported(server: ServerProcess): Promise<Export> {
  const body = JSON.stringify({ format: 'ndjson', split: { events: 1000 } });
  const { id } = (await (await server.fetch('/api/v1/exports', { method: 'POST', body })).json()) as Export;
  return eventually('the end of the export', async () => {
    const shown = (await (await server.fetch(`/api/v1/exports/${id}`)).json()) as Export;
    return shown.state === 'queued' || shown.state === 'running' ? undefined : shown;
  });
}

testOnDisk('an export without room fails, says so, and leaves nothing; the next one with room is made', async () => {
  const objects = join(data, 'objects');
  const disks = await SmallDisks.mount([
    { path: data, mebibytes: 256 },
    { path: objects, mebibytes: 4 },
  ]);
  const server = await ServerProcess.start({ data, under: disks.under });
  try {
    for (let batch = 0; batch < 5; batch++) {
      const events = Array.from({ length: 1000 }, () => ({ action: 'order.approve', message: 'x'.repeat(200) }));
      await server.fetch('/api/v1/events/batch', { method: 'POST', body: JSON.stringify(events) });
    }
    await disks.fill(objects);
    expect(await exported(server)).toMatchObject({ state: 'failed', files: [], error: { code: 'storage-full' } });
    await disks.free(objects);
    expect((await exported(server)).state).toBe('done');
    expect((await readdir(disks.outside(join(objects, 'unfinished')))).length).toBe(0);
  } finally {
    await server.dispose();
    await disks.dispose();
  }
});

import { createNodeReader, type Downloaded, type ExportJob } from '@attestlog/client';
import type { CommandContext } from '../context.js';
import type { Server } from '../http/server-address.js';
import { Progress } from '../terminal/progress.js';
import { counted } from '../terminal/wording.js';

export const EXPORTS = 'api/v1/exports';

/**
 * Waits until an export has ended, shows how far it is, and downloads its files: one to `out`; of several, each to `out`
 * with its number before the ending. The manifest goes to `out` with `.manifest.json` behind it.
 */
export async function takeAway(
  { now, random, sleep, signal, stderr }: CommandContext,
  server: Server,
  id: string,
  out: string,
): Promise<Downloaded> {
  const reader = createNodeReader(server.client, { fetch: globalThis.fetch, now, random, sleep });
  const progress = new Progress(stderr, now);
  const onProgress = (job: ExportJob) =>
    progress.update(() => ({ fraction: fractionOf(job), text: `${job.state}, ${counted(job.events_done, 'event')}` }));
  const onBytes = (bytes: number, total: number, { name }: { name: string }) =>
    progress.update(() => ({ fraction: bytes / Math.max(total, 1), text: name }));
  return reader.exports.download(id, out, { signal, onProgress, onBytes }).finally(() => progress.clear());
}

function fractionOf({ events_done: done, events_expected: expected }: ExportJob): number | undefined {
  return expected === undefined || expected === 0 ? undefined : done / expected;
}

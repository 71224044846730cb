import { extname } from 'node:path';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import type { ChangeClient } from '../http/change-client.js';
import { Progress } from '../terminal/progress.js';
import { counted } from '../terminal/wording.js';
import { downloadFile } from './download.js';
import { readExport, type ShownExport } from './export-document.js';

export const EXPORTS = 'api/v1/exports';
const POLL_MS = 500;

/** Waits until an export has ended, and shows how far it is. @throws CliFailure when it did not end well */
export async function waitForExport(context: CommandContext, client: ChangeClient, id: string): Promise<ShownExport> {
  const progress = new Progress(context.stderr, context.now);
  try {
    for (;;) {
      const shown = readExport(await client.send({ method: 'GET', path: `${EXPORTS}/${encodeURIComponent(id)}` }));
      if (shown.state === 'done') return shown;
      if (shown.state !== 'queued' && shown.state !== 'running') throw endedBadly(shown);
      progress.update(() => ({ fraction: fractionOf(shown), text: `${shown.state}, ${counted(shown.done, 'event')}` }));
      await context.sleep(POLL_MS, context.signal);
    }
  } finally {
    progress.clear();
  }
}

function fractionOf({ done, expected }: ShownExport): number | undefined {
  return expected === undefined || expected === 0 ? undefined : done / expected;
}

function endedBadly({ id, state, error }: ShownExport): CliFailure {
  const detail = error === undefined ? {} : { detail: error };
  return new CliFailure(
    EXIT.refused,
    `The export ${id} ${state === 'failed' ? 'has failed' : 'was cancelled'}`,
    detail,
  );
}

/**
 * Downloads all files of an export that is done: one to `out`; of several, each to `out` with its number before the
 * ending. The manifest goes to `out` with `.manifest.json` behind it.
 *
 * @returns the paths of the files
 */
export async function downloadExport(
  context: CommandContext,
  client: ChangeClient,
  shown: ShownExport,
  out: string,
): Promise<string[]> {
  const progress = new Progress(context.stderr, context.now);
  const total = shown.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const targets: string[] = [];
  let before = 0;
  for (const [place, file] of shown.files.entries()) {
    const target = shown.files.length === 1 ? out : numbered(out, place);
    await downloadFile(context, client, fileOf(shown, file.name), target, file, (bytes) =>
      progress.update(() => ({ fraction: (before + bytes) / Math.max(total, 1), text: file.name })),
    );
    before += file.bytes;
    targets.push(target);
  }
  progress.clear();
  return targets;
}

export function fileOf({ id }: Pick<ShownExport, 'id'>, name: string): string {
  return `${EXPORTS}/${encodeURIComponent(id)}/files/${name}`;
}

/** `events.csv.gz` becomes `events-00001.csv.gz`. */
export function numbered(out: string, place: number): string {
  const packed = /\.(?:gz|zst)$/.exec(out)?.[0] ?? '';
  const plain = out.slice(0, out.length - packed.length);
  const ending = extname(plain);
  const stem = plain.slice(0, plain.length - ending.length);
  return `${stem}-${String(place + 1).padStart(5, '0')}${ending}${packed}`;
}

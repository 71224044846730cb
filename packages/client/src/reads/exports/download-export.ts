import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { clientError, invalidAnswer } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import { segment } from '../http/request-parts.js';
import { messageOf } from '../http/unreachable.js';
import { downloadFile, PRIVATE_MODE } from './download-file.js';
import type { ExportedFile, ExportJob } from './export-job.js';
import { type Exports, exportPath, type WaitOptions } from './exports.js';

/** How an export is downloaded. */
export interface DownloadOptions extends WaitOptions {
  /** Told how many bytes of how many are here, of all files together. */
  readonly onBytes?: ((bytes: number, total: number, file: ExportedFile) => void) | undefined;
}

/** What was downloaded. */
export interface Downloaded {
  readonly job: ExportJob;
  /** In the order of `job.files`. */
  readonly paths: readonly string[];
  readonly manifest: string;
}

/** The name becomes part of a path here, so it is looked at. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** {@link NodeExports.download}. */
export async function downloadExport(
  http: ReadHttp,
  exports: Exports,
  id: string,
  target: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  const job = await exports.wait(id, options);
  const total = job.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const paths: string[] = [];
  let before = 0;
  for (const [place, file] of job.files.entries()) {
    const source = fileOf(http, id, file.name);
    const path = job.files.length === 1 ? target : numbered(target, place);
    await downloadFile(http, source, path, file, {
      ...options,
      onBytes: (bytes) => options.onBytes?.(before + bytes, total, file),
    });
    before += file.bytes;
    paths.push(path);
  }
  const manifest = `${target}.manifest.json`;
  await keepManifest(manifest, await http.json({ path: fileOf(http, id, 'manifest.json') }, options));
  return { job, paths, manifest };
}

/** `events.csv.gz` becomes `events-00001.csv.gz`. */
export function numbered(target: string, place: number): string {
  const packed = /\.(?:gz|zst)$/.exec(target)?.[0] ?? '';
  const plain = target.slice(0, target.length - packed.length);
  const ending = extname(plain);
  const stem = plain.slice(0, plain.length - ending.length);
  return `${stem}-${String(place + 1).padStart(5, '0')}${ending}${packed}`;
}

function fileOf(http: ReadHttp, id: string, name: string): string {
  const path = exportPath(id);
  if (!NAME.test(name)) throw invalidAnswer(http.resolve(path), 'a file of it has no proper name');
  return `${path}/files/${segment(name)}`;
}

async function keepManifest(path: string, manifest: object): Promise<void> {
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: PRIVATE_MODE }).catch(
    (error: unknown) => {
      throw clientError('file-unwritable', `Cannot write ${path}`, messageOf(error), error);
    },
  );
}

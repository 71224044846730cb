import { createHash } from 'node:crypto';
import { isMoment, parseTime } from '@attestlog/event';
import { PortFailure } from '../ports/failure.js';
import type { StoredEntry } from '../ports/store.js';
import { compressed } from './compressed.js';
import type { ExportFile, ExportKey, ExportRequest } from './export-document.js';
import type { ExportWriter } from './export-row.js';
import { exportWriter } from './export-writer.js';
import type { RowSource } from './row-source.js';

/** Events that are written at once. What ends a file is looked at between such slices, so its end depends on the events alone. */
export const SLICE_EVENTS = 4096;

/** Tells how many events of a file are written. Throws to end it. */
export type OnProgress = (events: number) => void | Promise<void>;

/** What a file holds, as far as it is written. */
class FileContent {
  events = 0;
  bytes = 0;
  first: StoredEntry | undefined;
  last: StoredEntry | undefined;
}

/**
 * Writes one file of an export, from where the source is, until the file is large enough or there are no more events.
 *
 * @param put takes the bytes to where they are kept, and resolves when they are there for good
 */
export async function writeExportFile(
  name: string,
  request: ExportRequest,
  source: RowSource,
  put: (name: string, pieces: AsyncIterable<Uint8Array>) => Promise<number>,
  onProgress: OnProgress,
): Promise<ExportFile> {
  const content = new FileContent();
  const digest = createHash('sha256');
  const plain = plainPieces(exportWriter(request.format, request.columns), request, source, content, onProgress);
  const bytes = await put(name, hashed(compressed(plain, request.compression), digest));
  const { events, first, last } = content;
  const ends = first === undefined || last === undefined ? {} : { first: keyOf(first), last: keyOf(last) };
  return { name, bytes, sha256: digest.digest('hex'), events, ...ends };
}

async function* plainPieces(
  writer: ExportWriter,
  { file_events, file_bytes }: ExportRequest,
  source: RowSource,
  content: FileContent,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array> {
  const counted = (bytes: Uint8Array) => {
    content.bytes += bytes.length;
    return bytes;
  };
  yield counted(writer.head());
  while (content.events < file_events && content.bytes < file_bytes) {
    const rows = await source.take(Math.min(SLICE_EVENTS, file_events - content.events));
    if (rows.length === 0) break;
    content.first ??= rows[0]!.entry;
    content.last = rows.at(-1)!.entry;
    content.events += rows.length;
    yield counted(writer.rows(rows));
    await onProgress(content.events);
  }
  yield counted(writer.tail());
}

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  digest: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    digest.update(piece);
    yield piece;
  }
}

/** The key of an entry in the order of a scan. */
export function keyOf({ index, entry }: StoredEntry): ExportKey {
  const { time } = JSON.parse(Buffer.from(entry).toString('utf8')) as { time: string };
  const moment = parseTime(time);
  if (!isMoment(moment)) throw new PortFailure('corrupt', `The entry ${index} has no time`);
  return { time_ns: String(moment.ns), index };
}

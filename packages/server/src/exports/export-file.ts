import { createHash } from 'node:crypto';
import { isMoment, parseTime } from '@attestlog/event';
import { PortFailure } from '../ports/failure.js';
import type { StoredEntry } from '../ports/store.js';
import { compressed } from './compressed.js';
import { type EventSlices, SLICE_EVENTS, type SlicedFile } from './event-slices.js';
import type { ExportFile, ExportKey, ExportRequest } from './export-document.js';

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
 * Writes one file of an export, from where the slices are, until the file is large enough or there are no more events.
 *
 * @param put takes the bytes to where they are kept, and resolves when they are there for good
 */
export async function writeExportFile(
  name: string,
  request: ExportRequest,
  slices: EventSlices,
  put: (name: string, pieces: AsyncIterable<Uint8Array>) => Promise<number>,
  onProgress: OnProgress,
): Promise<ExportFile> {
  const content = new FileContent();
  const digest = createHash('sha256');
  const plain = plainPieces(slices.beginFile(), request, content, onProgress);
  const bytes = await put(name, hashed(compressed(plain, request.compression), digest));
  const { events, first, last } = content;
  const ends = first === undefined || last === undefined ? {} : { first: keyOf(first), last: keyOf(last) };
  return { name, bytes, sha256: digest.digest('hex'), events, ...ends };
}

async function* plainPieces(
  file: SlicedFile,
  { file_events, file_bytes }: ExportRequest,
  content: FileContent,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array> {
  const counted = (bytes: Uint8Array) => {
    content.bytes += bytes.length;
    return bytes;
  };
  yield counted(file.head());
  while (content.events < file_events && content.bytes < file_bytes) {
    const slice = await file.take(Math.min(SLICE_EVENTS, file_events - content.events));
    if (slice === undefined) break;
    content.first ??= slice.first;
    content.last = slice.last;
    content.events += slice.events;
    for (const piece of slice.pieces) yield counted(piece);
    await onProgress(content.events);
  }
  yield counted(file.tail());
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

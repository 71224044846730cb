import { isUtf8 } from 'node:buffer';
import { parseJson, UnacceptableJsonError } from '@attestlog/event';
import type { PointedProblem } from '../http/problem-details.js';
import type { ImportFormat } from './formats.js';
import { joinLines, type Line, readLines } from './lines.js';
import { RecordIds } from './record-id.js';
import type { SourceFile } from './source-files.js';

/** Records that are handed on at a time when one document holds many. */
const BATCH_RECORDS = 256;
const CARRIAGE_RETURN = 0x0d;

/** Where a record stands: the file, the line (from 1), and in a document with several its number there (from 1). */
export interface RecordPlace {
  readonly source: SourceFile;
  readonly line?: number;
  readonly item?: number;
}

/** A record on its way: one line of JSON to send, or the reasons why it cannot even be sent. */
export type ImportRecord =
  | { readonly place: RecordPlace; readonly text: string; readonly problems?: never }
  | { readonly place: RecordPlace; readonly text?: never; readonly problems: readonly PointedProblem[] };

/**
 * The records of one file in order. A file is lines with one JSON value each; or, if its first line ends in the middle
 * of a value with an open bracket or a comma, one document over all lines, which is held in memory up to the format's
 * limit. Either way a value may be a list of records. A format whose lines are records has one a line, JSON or not.
 */
export async function* readRecords(
  source: SourceFile,
  chunks: AsyncIterable<Buffer>,
  format: ImportFormat,
): AsyncGenerator<ImportRecord[]> {
  const reader = new RecordReader(source, format);
  const batches = readLines(withoutMark(chunks), format.maxValueBytes);
  const first = await batches.next();
  if (first.done === true) return;
  if (format.linesAreRecords || !startsDocument(first.value)) {
    yield* reader.ofLines(first.value);
    for await (const lines of batches) yield* reader.ofLines(lines);
    return;
  }
  const whole = await joinLines(first.value, batches, format.maxValueBytes);
  yield* inBatches(reader.ofValue(whole, { source }));
}

class RecordReader {
  readonly #source: SourceFile;
  readonly #format: ImportFormat;
  readonly #ids = new RecordIds();

  constructor(source: SourceFile, format: ImportFormat) {
    this.#source = source;
    this.#format = format;
  }

  *ofLines(lines: readonly Line[]): Generator<ImportRecord[]> {
    for (const batch of inBatches(this.#each(lines))) yield batch;
  }

  *#each(lines: readonly Line[]): Generator<ImportRecord> {
    for (const { number, bytes } of lines) yield* this.ofValue(bytes, { source: this.#source, line: number });
  }

  /** The records in one JSON text, or the one that a line is; undefined when it was too long to be held. */
  *ofValue(bytes: Buffer | undefined, place: RecordPlace): Generator<ImportRecord> {
    if (bytes === undefined) {
      yield refusal(place, 'too-long', tooLong(this.#format.maxValueBytes));
    } else if (this.#format.linesAreRecords) {
      const line = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
      if (line.length > 0) yield this.#record(line, place);
    } else if (!isUtf8(bytes)) {
      yield refusal(place, 'invalid-json', 'The text is not UTF-8.');
    } else {
      const text = bytes.toString('utf8').trim();
      if (text !== '') yield* this.#ofText(text, place);
    }
  }

  *#ofText(text: string, place: RecordPlace): Generator<ImportRecord> {
    const parsed = parseJson(text);
    const document = parsed.error === undefined ? parsed.value : valueDespite(parsed.error.code, text);
    if (document === undefined) {
      yield { place, problems: [parsed.error!] };
      return;
    }
    const { dialect, problemIn } = this.#format;
    const records = dialect.recordsOf(document);
    for (const [at, record] of records.entries()) {
      const only = record === document;
      const recordPlace = only ? place : { ...place, item: at + 1 };
      const problem = parsed.error === undefined ? undefined : problemIn(record);
      yield problem === undefined
        ? this.#record(record, recordPlace, only ? text : undefined)
        : { place: recordPlace, problems: [problem] };
    }
  }

  /** @param verbatim the record as it stands in the file, if that is known */
  #record(record: unknown, place: RecordPlace, verbatim?: string): ImportRecord {
    const mapped = this.#format.dialect.toEvent(record);
    if (!mapped.ok) return { place, problems: mapped.problems };
    const { event } = mapped;
    try {
      // What is ours already is sent as it was written: nothing can be lost in between.
      const text = event === record && verbatim !== undefined ? singleLine(verbatim) : JSON.stringify(event);
      return { place, text: event.id === undefined ? withId(text, this.#ids.next(event)) : text };
    } catch (error) {
      if (error instanceof UnacceptableJsonError) return { place, problems: [error.problem] };
      throw error;
    }
  }
}

/** The value of a text that is JSON, but has a value that our rules refuse in one of its records. */
function valueDespite(code: string, text: string): unknown {
  if (code === 'invalid-json' || code === 'duplicate-key') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the first line that is not blank stops in the middle of a value. */
function startsDocument(lines: readonly Line[]): boolean {
  const first = lines.find(({ bytes }) => bytes === undefined || bytes.toString('utf8').trim() !== '');
  const text = first?.bytes?.toString('utf8').trim() ?? '';
  return /^[[{](?:.*[[{,])?$/s.test(text);
}

function* inBatches(records: Iterable<ImportRecord>): Generator<ImportRecord[]> {
  let batch: ImportRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_RECORDS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function withId(object: string, id: string): string {
  const rest = object.slice(object.indexOf('{') + 1);
  return `{"id":${JSON.stringify(id)}${/^\s*\}$/.test(rest) ? '' : ','}${rest}`;
}

/** JSON has line breaks only between values, never inside strings, so they can be blanks as well. */
function singleLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, ' ') : text;
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    yield marked ? chunk.subarray(3) : chunk;
    first = false;
  }
}

function refusal(place: RecordPlace, code: string, message: string): ImportRecord {
  return { place, problems: [{ code, pointer: '', message }] };
}

function tooLong(maxBytes: number): string {
  return `Longer than ${maxBytes / 1024 / 1024} MiB, which is the most that is read at once. Write one record a line.`;
}

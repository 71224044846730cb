import { PortFailure } from '../ports/failure.js';
import { SEALED_MARK } from '../ports/scan.js';
import type { StoredEntry } from '../ports/store.js';
import { type EventSlice, type EventSlices, SLICE_BYTES, type SlicedFile } from './event-slices.js';
import { ReadAhead } from './read-ahead.js';
import type { ShowPersonal } from './row-source.js';

const LINE_FEED = 10;
const EVENT = '"event":';
/** What stands before it: two numbers of at most 16 digits each, and their names. */
const NUMBERS = /"index":(\d{1,16}),"position":(\d{1,16}),$/;

export interface LineForm {
  /** Lines are the elements of one JSON array; then each begins with a comma. */
  isArray: boolean;
  /** What is shown of sealed fields; absent: nothing, and no line is open. */
  show: ShowPersonal | undefined;
}

/**
 * Events as the lines that the store has framed (`EntryScan.lines`), handed on as they are. Only a line that is open,
 * since something lies beside its entry, is looked at: it is closed with what is shown of that.
 */
export class LineSlices implements EventSlices {
  readonly #source: ReadAhead<Uint8Array>;
  readonly #form: LineForm;
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(pieces: AsyncIterable<Uint8Array>, form: LineForm) {
    this.#source = new ReadAhead(pieces);
    this.#form = form;
  }

  beginFile(): SlicedFile {
    const { isArray } = this.#form;
    let isFirst = true;
    return {
      head: () => Buffer.from(isArray ? '[\n' : ''),
      take: async (maxEvents) => {
        const slice = await this.#take(maxEvents);
        if (slice === undefined || !isArray || !isFirst) return slice;
        isFirst = false;
        const [first, ...others] = slice.pieces;
        return { ...slice, pieces: [first!.subarray(1), ...others] };
      },
      tail: () => Buffer.from(isArray ? ']\n' : ''),
    };
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#at >= this.#piece.length) {
      const next = await this.#source.next();
      if (next === undefined) return true;
      this.#piece = Buffer.from(next.buffer, next.byteOffset, next.byteLength);
      this.#at = 0;
    }
    return false;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #take(maxEvents: number): Promise<EventSlice | undefined> {
    const pieces: Buffer[] = [];
    let events = 0;
    let bytes = 0;
    while (events < maxEvents && bytes < SLICE_BYTES && !(await this.isAtEnd())) {
      const start = this.#at;
      while (events < maxEvents && bytes < SLICE_BYTES && this.#at < this.#piece.length) {
        const end = lineEnd(this.#piece, this.#at);
        bytes += end - this.#at;
        events += 1;
        this.#at = end;
      }
      pieces.push(this.#piece.subarray(start, this.#at));
    }
    if (events === 0) return undefined;
    const last = pieces.at(-1)!;
    return {
      events,
      first: readLine(pieces[0]!, 0).entry,
      last: readLine(last, last.lastIndexOf(LINE_FEED, last.length - 2) + 1).entry,
      pieces: await this.#closed(pieces),
    };
  }

  /** The same pieces, with every open line closed. */
  async #closed(pieces: readonly Buffer[]): Promise<readonly Buffer[]> {
    const { show } = this.#form;
    const lines = show === undefined ? [] : pieces.map(openLines);
    if (show === undefined || lines.every((found) => found.length === 0)) return pieces;
    const shown = await show(lines.flat().map(({ entry }) => entry));
    const endings = shown.map((fields) =>
      Buffer.from(fields.length === 0 ? '}\n' : `,"personal":${JSON.stringify(fields)}}\n`),
    );
    let next = 0;
    return pieces.map((piece, place) => {
      const found = lines[place]!;
      const closed = withEndings(piece, found, endings.slice(next, next + found.length));
      next += found.length;
      return closed;
    });
  }
}

interface ReadLine {
  entry: StoredEntry;
  /** Where the entry ends, and the line. */
  entryEnd: number;
  end: number;
}

/** One past the line feed of the line that begins here. */
function lineEnd(piece: Buffer, start: number): number {
  const end = piece.indexOf(LINE_FEED, start) + 1;
  if (end === 0) throw new PortFailure('unavailable', 'The store sent a line that ends too early');
  return end;
}

/** The lines of a piece that are open. */
function openLines(piece: Buffer): ReadLine[] {
  const found: ReadLine[] = [];
  for (let mark = piece.indexOf(SEALED_MARK); mark >= 0; ) {
    const line = readLine(piece, piece.lastIndexOf(LINE_FEED, mark) + 1, mark);
    found.push(line);
    mark = piece.indexOf(SEALED_MARK, line.end);
  }
  return found;
}

/** @param mark where the entry ends, of a line that is open */
function readLine(piece: Buffer, start: number, mark?: number): ReadLine {
  const at = piece.indexOf(EVENT, start, 'latin1');
  const numbers = NUMBERS.exec(piece.toString('latin1', start, at));
  if (at < 0 || numbers === null) throw new PortFailure('unavailable', 'The store sent a line that is none');
  const end = lineEnd(piece, start);
  const found = mark ?? piece.subarray(start, end).indexOf(SEALED_MARK) + start;
  const isOpen = found >= start;
  const entryEnd = isOpen ? found : end - '}\n'.length;
  const sealed = isOpen ? piece.toString('utf8', entryEnd + 1, end - 1) : undefined;
  const entry = piece.subarray(at + EVENT.length, entryEnd);
  return { entry: { index: Number(numbers[1]), position: Number(numbers[2]), entry, sealed }, entryEnd, end };
}

function withEndings(piece: Buffer, lines: readonly ReadLine[], endings: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const [place, { entryEnd, end }] of lines.entries()) {
    parts.push(piece.subarray(at, entryEnd), endings[place]!);
    at = end;
  }
  return Buffer.concat([...parts, piece.subarray(at)]);
}

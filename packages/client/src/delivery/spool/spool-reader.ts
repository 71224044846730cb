import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FoundRecords, findRecords } from './record.js';
import { type SpoolPosition, segmentName, segmentNumbers } from './segment-name.js';

const PIECE_BYTES = 256 * 1024;

/** A piece of a segment. */
export interface SpoolPiece extends FoundRecords {
  readonly segment: number;
  /** Where the piece begins; `end` and the ends of its records count from there. */
  readonly start: number;
  /** Whether the segment has no more than this, ever. */
  readonly isLast: boolean;
  /** Bytes behind the last whole line of a segment that has ended: a record that was cut off. */
  readonly tornBytes: number;
}

/** Reads the segments of a spool in their order, from a position on, and never past what is written whole. */
export class SpoolReader {
  readonly #folder: string;
  readonly #written: (() => SpoolPosition) | undefined;
  #position: SpoolPosition;
  #file: FileHandle | undefined;
  #pieceBytes = PIECE_BYTES;

  /**
   * @param written how far the writer is; undefined for a spool whose writer is gone
   * @param from where to begin; a segment that is absent stands for the next that is there
   */
  constructor(folder: string, from: SpoolPosition, written?: () => SpoolPosition) {
    this.#folder = folder;
    this.#written = written;
    this.#position = from;
  }

  /** The next piece; undefined when there is nothing more at the moment, or for ever where the writer is gone. */
  async next(): Promise<SpoolPiece | undefined> {
    const { segment } = this.#position;
    const written = this.#written?.();
    if (written !== undefined && written.segment < segment) return undefined;
    const isClosed = written === undefined || segment < written.segment;
    this.#file ??= await this.#open(isClosed);
    if (this.#file === undefined) return undefined;
    return this.#read(this.#file, isClosed, written);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Opens the segment of the position, or the next one where that is gone. */
  async #open(isClosed: boolean): Promise<FileHandle | undefined> {
    const { segment } = this.#position;
    try {
      return await open(join(this.#folder, segmentName(segment)), 'r');
    } catch (error) {
      if (!isClosed || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const next = segmentNumbers(await readdir(this.#folder)).find((number) => number > segment);
    if (next === undefined) return undefined;
    this.#position = { segment: next, end: 0 };
    return open(join(this.#folder, segmentName(next)), 'r');
  }

  async #read(file: FileHandle, isClosed: boolean, written?: SpoolPosition): Promise<SpoolPiece | undefined> {
    const { segment, end: start } = this.#position;
    const size = isClosed || written?.segment !== segment ? (await file.stat()).size : written.end;
    const length = Math.min(this.#pieceBytes, size - start);
    if (length <= 0 && !isClosed) return undefined;
    const buffer = Buffer.allocUnsafe(Math.max(0, length));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const bytes = buffer.subarray(0, bytesRead);
    const found = findRecords(bytes);
    const isAtEnd = start + bytesRead >= size || bytesRead === 0;
    if (found.end === 0 && !isAtEnd) {
      // A record longer than a piece.
      this.#pieceBytes *= 2;
      return this.#read(file, isClosed, written);
    }
    this.#pieceBytes = PIECE_BYTES;
    const isLast = isClosed && isAtEnd;
    this.#position = { segment, end: start + found.end };
    if (isLast) await this.#leave(segment);
    const tornBytes = isLast ? bytesRead - found.end : 0;
    return { ...found, segment, start, isLast, tornBytes };
  }

  async #leave(segment: number): Promise<void> {
    await this.close();
    this.#position = { segment: segment + 1, end: 0 };
  }
}

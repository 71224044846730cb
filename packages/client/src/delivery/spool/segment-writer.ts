import { join } from 'node:path';
import type { ReadyEvent } from '../delivery.js';
import type { SpoolFiles } from './files.js';
import { RecordWriter } from './record.js';
import { type SpoolPosition, segmentName } from './segment-name.js';

export interface SegmentWriterOptions {
  readonly segmentMaxBytes: number;
  /** Whether segments that are full stay open, so that they can be forced to stable storage. */
  readonly keepsRetired: boolean;
}

/**
 * Appends events to the segments of one process's spool, each with one plain write: when {@link append} returns, the
 * operating system has it, and the process may be killed. What a power cut leaves is a matter of synchronising
 * {@link takeRetired} and {@link fd}.
 */
export class SegmentWriter {
  readonly #folder: string;
  readonly #files: SpoolFiles;
  readonly #options: SegmentWriterOptions;
  readonly #records = new RecordWriter();
  #fd: number | undefined;
  /** Full segments that may not be on stable storage yet. */
  #retired: number[] = [];
  #segment = 0;
  #end = 0;
  /** Whether a torn record ends the segment, which then takes no more. */
  #isTorn = false;

  constructor(folder: string, files: SpoolFiles, options: SegmentWriterOptions) {
    this.#folder = folder;
    this.#files = files;
    this.#options = options;
  }

  /** Everything up to here is written whole. */
  get position(): SpoolPosition {
    return { segment: this.#segment, end: this.#end };
  }

  /** The file that is being written, to be synchronised. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /**
   * Writes an event. Resolves to the bytes that it takes.
   * @throws what the file system says, such as ENOSPC; then nothing of the event stays
   */
  append(event: ReadyEvent): number {
    const bytes = this.#records.encode(event);
    const isFull = this.#end > 0 && this.#end + bytes.length > this.#options.segmentMaxBytes;
    if (this.#fd === undefined || isFull || this.#isTorn) this.#rotate();
    this.#write(bytes);
    return bytes.length;
  }

  /** Hands over the files of full segments, to be synchronised and closed. */
  takeRetired(): number[] {
    return this.#retired.splice(0);
  }

  close(): void {
    const open = this.takeRetired();
    if (this.#fd !== undefined) open.push(this.#fd);
    this.#fd = undefined;
    for (const fd of open) this.#files.closeSync(fd);
  }

  #rotate(): void {
    const fd = this.#files.openSync(join(this.#folder, segmentName(this.#segment + 1)), 'ax', 0o600);
    if (this.#fd !== undefined) this.#retired.push(this.#fd);
    if (!this.#options.keepsRetired) for (const full of this.takeRetired()) this.#files.closeSync(full);
    this.#fd = fd;
    this.#segment += 1;
    this.#end = 0;
    this.#isTorn = false;
  }

  #write(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) {
        written += this.#files.writeSync(this.#fd!, bytes, written, bytes.length - written);
      }
    } catch (error) {
      if (written > 0) this.#cut();
      throw error;
    }
    this.#end += bytes.length;
  }

  /** Takes the beginning of a record away again that found no room. */
  #cut(): void {
    try {
      this.#files.ftruncateSync(this.#fd!, this.#end);
    } catch {
      this.#isTorn = true;
    }
  }
}

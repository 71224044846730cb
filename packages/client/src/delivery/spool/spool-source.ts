import { basename, join } from 'node:path';
import type { ReadyEvent } from '../delivery.js';
import type { SpoolFiles } from './files.js';
import { InPlaceFile, readInPlaceFile } from './in-place-file.js';
import { POSITION_FILE, POSITION_SLOT_BYTES, parsePosition, positionText } from './position-text.js';
import { type SpoolPosition, segmentName } from './segment-name.js';
import { SpoolProgress } from './spool-progress.js';
import { type SpoolPiece, SpoolReader } from './spool-reader.js';

/** Damaged segments are kept for whoever looks into it; so many of them at most. */
const DAMAGED_MAX_SEGMENTS = 100;

export interface SpoolDamage {
  readonly segment: string;
  readonly lines: number;
  readonly isTornEnd: boolean;
}

export interface SpoolSourceParts {
  readonly folder: string;
  /** Folder for segments that had damage in them. */
  readonly damagedFolder: string;
  readonly files: SpoolFiles;
  /** How far its writer is; undefined for one whose writer is gone. */
  readonly written?: (() => SpoolPosition) | undefined;
  readonly onDamage: (damage: SpoolDamage) => void;
  /** Told when everything up to a position is settled. */
  readonly onReach: (position: SpoolPosition) => void;
}

/** An event of a spool, to be settled exactly once. */
export interface SourcedEvent {
  readonly event: ReadyEvent;
  /** What it takes of the spool. */
  readonly bytes: number;
  readonly settle: () => void;
}

/** One process's spool as the sender sees it: events come out in their order, and what is settled is removed. */
export class SpoolSource {
  readonly #parts: SpoolSourceParts;
  readonly #reader: SpoolReader;
  readonly #progress: SpoolProgress;
  readonly #damaged = new Set<number>();
  #position: InPlaceFile | undefined;
  #keptDamaged = 0;

  constructor(parts: SpoolSourceParts) {
    this.#parts = parts;
    const path = join(parts.folder, POSITION_FILE);
    const from = parsePosition(readInPlaceFile(path, parts.files));
    this.#reader = new SpoolReader(parts.folder, from, parts.written);
    this.#progress = new SpoolProgress((position, finished) => this.#reached(position, finished));
    try {
      this.#position = new InPlaceFile(path, parts.files, POSITION_SLOT_BYTES);
      this.#position.write(positionText(from));
    } catch {
      // Without it a restart sends more again, which the server knows.
    }
  }

  /** Whether events were given out that are not settled. */
  get isPending(): boolean {
    return this.#progress.isPending;
  }

  /** The next events; undefined when there are none at the moment. @throws what the file system says */
  async next(): Promise<SourcedEvent[] | undefined> {
    const piece = await this.#reader.next();
    if (piece === undefined) return undefined;
    this.#noteDamage(piece);
    const { segment, start } = piece;
    let before = 0;
    const events = piece.records.map(({ event, end }) => {
      const number = this.#progress.read({ segment, end: start + end });
      const bytes = end - before;
      before = end;
      return { event, bytes, settle: () => this.#progress.settle(number) };
    });
    // Nothing will settle what is damaged.
    if (piece.damagedLines > 0) this.#progress.settle(this.#progress.read({ segment, end: start + piece.end }));
    if (piece.isLast) this.#progress.readSegment(segment);
    if (!this.#progress.isPending) this.#progress.report();
    return events;
  }

  /** Writes down how far it is, and removes what is behind; to be called once for all that was settled together. */
  report(): void {
    this.#progress.report();
  }

  async close(): Promise<void> {
    this.#position?.close();
    this.#position = undefined;
    await this.#reader.close();
  }

  #noteDamage({ segment, damagedLines, tornBytes }: SpoolPiece): void {
    const name = join(basename(this.#parts.folder), segmentName(segment));
    if (damagedLines > 0) {
      this.#damaged.add(segment);
      this.#parts.onDamage({ segment: name, lines: damagedLines, isTornEnd: false });
    }
    if (tornBytes > 0) this.#parts.onDamage({ segment: name, lines: 1, isTornEnd: true });
  }

  #reached(position: SpoolPosition, finished: readonly number[]): void {
    this.#position?.write(positionText(position));
    for (const segment of finished) this.#remove(segment);
    this.#parts.onReach(position);
  }

  #remove(segment: number): void {
    const { files, folder, damagedFolder } = this.#parts;
    const path = join(folder, segmentName(segment));
    try {
      if (this.#damaged.delete(segment) && this.#keptDamaged < DAMAGED_MAX_SEGMENTS) {
        files.mkdirSync(damagedFolder, { recursive: true, mode: 0o700 });
        files.renameSync(path, join(damagedFolder, `${basename(folder)}-${segmentName(segment)}`));
        this.#keptDamaged += 1;
      } else {
        files.unlinkSync(path);
      }
    } catch {
      // It is delivered; whoever adopts the spool begins behind it.
    }
  }
}

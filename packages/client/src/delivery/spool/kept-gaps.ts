import { join } from 'node:path';
import type { DeliveryWorld, DropReason } from '../delivery.js';
import { type Gap, Gaps } from '../gaps.js';
import type { SpoolFiles } from './files.js';
import { InPlaceFile, readInPlaceFile } from './in-place-file.js';

const GAPS_FILE = 'gaps';
const GAPS_SLOT_BYTES = 32 * 1024;
/** No more often is it written down; a process that is killed forgets what it counted since. */
const WRITE_EVERY_MS = 100;

/** What was lost, in a file that has its room from the start: a full disk does not keep it from being counted. */
export class KeptGaps {
  readonly #gaps = new Gaps();
  readonly #world: Pick<DeliveryWorld, 'nowMs' | 'after'>;
  readonly #files: SpoolFiles;
  #file: InPlaceFile | undefined;
  #isWriting = false;
  #isChanged = false;
  #cancel: (() => void) | undefined;

  constructor(world: Pick<DeliveryWorld, 'nowMs' | 'after'>, files: SpoolFiles) {
    this.#world = world;
    this.#files = files;
  }

  get isEmpty(): boolean {
    return this.#gaps.isEmpty;
  }

  /** Where to write from now on. */
  keepIn(folder: string): void {
    this.#file?.close();
    this.#file = undefined;
    try {
      this.#file = new InPlaceFile(join(folder, GAPS_FILE), this.#files, GAPS_SLOT_BYTES);
    } catch {
      // Counted in memory then.
    }
    if (!this.isEmpty) this.#write();
  }

  count(reason: DropReason, tenant?: string, events = 1): void {
    this.#gaps.count(reason, this.#world.nowMs(), tenant, events);
    this.#writeSoon();
  }

  /** Takes over what a process that has ended had counted. */
  adopt(folder: string): void {
    const path = join(folder, GAPS_FILE);
    for (const gap of parseGaps(readInPlaceFile(path, this.#files))) this.#gaps.add(gap);
    this.#write();
    // Once it is in ours it must not be read again, should we end before the folder is gone.
    this.#files.rmSync(path, { force: true });
  }

  /** Gives each to `tell`; those that it gives false for are kept. Returns how many were told. */
  tell(tell: (gap: Gap) => boolean): number {
    const gaps = this.#gaps.take();
    const untold = gaps.filter((gap) => !tell(gap));
    for (const gap of untold) this.#gaps.add(gap);
    this.#write();
    return gaps.length - untold.length;
  }

  close(): void {
    this.#cancel?.();
    if (this.#isChanged) this.#write();
    this.#file?.close();
    this.#file = undefined;
  }

  #writeSoon(): void {
    this.#isChanged = true;
    if (this.#isWriting) return;
    this.#write();
    this.#isWriting = true;
    this.#cancel = this.#world.after(WRITE_EVERY_MS, () => {
      this.#isWriting = false;
      if (this.#isChanged) this.#writeSoon();
    });
  }

  #write(): void {
    this.#isChanged = false;
    this.#file?.write(JSON.stringify(this.#gaps.list()));
  }
}

function parseGaps(text: string | undefined): Gap[] {
  try {
    return text === undefined ? [] : (JSON.parse(text) as Gap[]);
  } catch {
    return [];
  }
}

import type { OpenTreeWatch, TreeWatch } from '../src/run/tree-watch.js';
import type { Change, WatchRecord } from '../src/watch/file-change.js';
import type { PlaceNow } from '../src/watch/watch-tree.js';

/** A watch that tells what a test has it tell, and whose state is gone when it is closed. */
export class ScriptedWatch implements TreeWatch {
  readonly ready = Promise.resolve();
  readonly acknowledged: number[] = [];
  readonly checksums = new Map<string, string>();
  /** Where changes, by their id, have been moved to. */
  readonly places = new Map<string, PlaceNow>();
  options: Parameters<OpenTreeWatch>[1] | undefined;
  readonly #records: WatchRecord[] = [];
  #wake: (() => void) | undefined;
  #isEnded = false;
  #isClosed = false;

  readonly open: OpenTreeWatch = async (_root, options) => {
    this.options = options;
    return this;
  };

  tell(record: WatchRecord): void {
    this.#records.push(record);
    this.#wake?.();
  }

  noteChecksum(change: WatchRecord, checksum: Uint8Array): void {
    this.#expectState();
    this.checksums.set(change.id, Buffer.from(checksum).toString('hex'));
  }

  placeOf({ id }: Change): PlaceNow | undefined {
    return this.places.get(id);
  }

  noteBaselineChecksum(path: string, checksum: Uint8Array): void {
    this.checksums.set(path, Buffer.from(checksum).toString('hex'));
  }

  checksumOf(): null {
    return null;
  }

  acknowledge(sequence: number): void {
    this.#expectState();
    this.acknowledged.push(sequence);
  }

  async caughtUp(): Promise<void> {}

  async settled(): Promise<void> {}

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#wake?.();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WatchRecord> {
    for (;;) {
      const record = this.#records.shift();
      if (record !== undefined) yield record;
      else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #expectState(): void {
    if (this.#isClosed) throw new Error('The state is closed.');
  }
}

import { entriesPath } from '@attestlog/tlog';
import { type MemoryLog, publish, testSigner } from '../../tlog/src/testing/memory-log.js';

/** A small log as the files that tlog-tiles asks for. */
export class ServedLog {
  readonly signer: ReturnType<typeof testSigner>;
  readonly #entries: Uint8Array[] = [];
  #published: MemoryLog | undefined;

  constructor(origin: string) {
    this.signer = testSigner(origin);
  }

  append(...entries: readonly Uint8Array[]): void {
    this.#entries.push(...entries);
    this.#published = undefined;
  }

  /** What is at a path below the log's prefix; undefined for 404. */
  file(path: string): Buffer | undefined {
    if (path === 'key') return Buffer.from(`${this.signer.verifierKey}\n`);
    this.#published ??= publish(this.#entries, this.signer);
    const { checkpoint, files } = this.#published;
    const bytes = path === 'checkpoint' ? Buffer.from(checkpoint) : files.get(path);
    return bytes && Buffer.from(bytes);
  }

  bundle(index: number, width: number): Buffer | undefined {
    return this.file(entriesPath(index, width));
  }
}

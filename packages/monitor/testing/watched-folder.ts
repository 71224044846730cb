import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReplayedTree } from '../src/testing/truth/replayed-tree.js';
import type { WatchRecord } from '../src/watch/file-change.js';
import { type TreeWatch, type WatchOptions, watchTree } from '../src/watch/watch-tree.js';

/** A folder in a temporary place, and what its watch told of it. */
export class WatchedFolder {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), 'watched-')));
  readonly root = join(this.base, 'root');
  readonly stateFolder = join(this.base, 'state');
  records: WatchRecord[] = [];
  /** Reasons of all gaps that were told. */
  readonly gaps = new Set<string>();
  replayed = new ReplayedTree();
  #watch: TreeWatch | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor() {
    mkdirSync(this.root);
  }

  get watch(): TreeWatch {
    return this.#watch!;
  }

  /** `acknowledge`: at once, as a reader does that keeps everything in memory. */
  async open(options: Partial<WatchOptions> = {}, { acknowledge = true } = {}): Promise<TreeWatch> {
    const watch = await watchTree(this.root, { stateFolder: this.stateFolder, settleMs: 20, ...options });
    this.#watch = watch;
    this.#reading = this.#read(watch, acknowledge);
    await watch.ready;
    await this.settled();
    return watch;
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** Everything that has happened is in `records`. */
  async settled(): Promise<void> {
    await this.watch.settled();
    while (this.watch.stats().undelivered > 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What was told since the last call, in short. */
  async told(): Promise<string[]> {
    await this.settled();
    return this.records.splice(0).map(inShort);
  }

  async closeWatch(): Promise<void> {
    await this.#watch?.close();
    await this.#reading;
    this.#watch = undefined;
  }

  async remove(): Promise<void> {
    await this.closeWatch();
    rmSync(this.base, { recursive: true, force: true });
  }

  async #read(watch: TreeWatch, acknowledge: boolean): Promise<void> {
    for await (const record of watch) {
      this.records.push(record);
      if (record.type === 'gap') this.gaps.add(record.why);
      else this.replayed.apply(record);
      if (acknowledge) watch.acknowledge(record.sequence);
    }
  }
}

export function inShort(record: WatchRecord): string {
  if (record.type === 'gap') return `gap ${record.why} ${record.scope}${record.toMs === null ? ' opens' : ''}`;
  const how = record.found === 'seen' ? '' : ` (${record.found})`;
  if (record.type === 'renamed')
    return `renamed ${record.oldPath} ${record.path}${record.replaced ? ' replaced' : ''}${how}`;
  if (record.type === 'created') return `created ${record.path}${record.movedIn ? ' moved in' : ''}${how}`;
  if (record.type === 'deleted') return `deleted ${record.path}${record.movedOut ? ' moved out' : ''}${how}`;
  return `${record.aspect} ${record.path}${record.replaced ? ' replaced' : ''}${how}`;
}

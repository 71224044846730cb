import { lstatSync } from 'node:fs';
import { flag, type Notice, type WatchKernel } from '../src/watch/watch-kernel.js';

/** A kernel that tells what a test has it tell, and no more. Watches are numbered by inode, as the real one does. */
export class ScriptedKernel implements WatchKernel {
  readonly tellsAll = true;
  /** Watches that may be set, as fs.inotify.max_user_watches. */
  maxWatches = Number.POSITIVE_INFINITY;
  /** What happens before the next mark, and before the one after it: its notices come before those marks. */
  readonly beforeMarks: (() => void)[] = [];
  readonly #watches = new Map<bigint, number>();
  #last = 0;
  #listener: Parameters<WatchKernel['onNotices']>[0] = () => {};

  get watchCount(): number {
    return this.#watches.size;
  }

  add(path: string): number {
    const stats = lstatSync(path, { bigint: true });
    if (!stats.isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    const known = this.#watches.get(stats.ino);
    if (known !== undefined) return known;
    if (this.#watches.size >= this.maxWatches) throw Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
    this.#watches.set(stats.ino, ++this.#last);
    return this.#last;
  }

  remove(watch: number): void {
    for (const [inode, one] of this.#watches) if (one === watch) this.#watches.delete(inode);
  }

  mark(): number {
    this.beforeMarks.shift()?.();
    const watch = ++this.#last;
    setImmediate(() => this.#listener([{ watch, flags: flag.ignored, cookie: 0, name: '' }], Date.now()));
    return watch;
  }

  onNotices(listener: Parameters<WatchKernel['onNotices']>[0]): void {
    this.#listener = listener;
  }

  onFailure(): void {}

  async close(): Promise<void> {}

  /** Of a directory by its path; -1 where it has no watch. */
  watchOf(path: string): number {
    return this.#watches.get(lstatSync(path, { bigint: true }).ino) ?? -1;
  }

  tell(...notices: readonly (Partial<Notice> & { flags: number })[]): void {
    this.#listener(
      notices.map((notice) => ({ watch: -1, cookie: 0, name: '', ...notice })),
      Date.now(),
    );
  }
}

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { ByteName } from '../byte-name.js';
import { flag, type Notice, type WatchKernel } from '../watch-kernel.js';
import { type InotifyCalls, loadInotify } from './inotify-calls.js';
import { readNotices } from './inotify-notices.js';
import type { InotifyThreadData, ReadNotices } from './inotify-thread.js';

const IN_ONLYDIR = 0x0100_0000;
const IN_DONT_FOLLOW = 0x0200_0000;
/** No notices of a file that has no name any more but is still open: they could only be taken for another file's. */
const IN_EXCL_UNLINK = 0x0400_0000;
const WATCHED =
  flag.modify |
  flag.attributes |
  flag.closeWrite |
  flag.movedFrom |
  flag.movedTo |
  flag.create |
  flag.delete |
  flag.deleteSelf |
  flag.moveSelf |
  IN_ONLYDIR |
  IN_DONT_FOLLOW |
  IN_EXCL_UNLINK;

/** A file that is on every system and never changes: watched and let go at once, it marks a place in the queue. */
const MARKER = Buffer.from('/dev/null\0', 'latin1');

export interface InotifyKernelOptions {
  /** Notices read and not yet taken, at most. */
  readonly maxWaitingBytes?: number;
}

/** The kernel of Linux. Throws EMFILE where a user has no instance left (fs.inotify.max_user_instances). */
export function openInotify({ maxWaitingBytes = 64 * 1024 * 1024 }: InotifyKernelOptions = {}): WatchKernel {
  const calls = loadInotify();
  const descriptor = calls.open();
  const bell = calls.openBell();
  const waitingBytes = new SharedArrayBuffer(8);
  const data: InotifyThreadData = { descriptor, bell, waitingBytes, maxWaitingBytes };
  // Found by the package's own name, which is the same file from the sources and from what is built of them.
  const file = createRequire(import.meta.url).resolve('@attestlog/monitor/inotify-thread');
  const worker = new Worker(file, { workerData: data, name: 'inotify' });
  return new InotifyKernel(calls, descriptor, bell, worker, new Int32Array(waitingBytes));
}

class InotifyKernel implements WatchKernel {
  readonly tellsAll = true;
  readonly #calls: InotifyCalls;
  readonly #descriptor: number;
  readonly #bell: number;
  readonly #worker: Worker;
  readonly #waiting: Int32Array;
  readonly #ended: Promise<void>;
  #closed = false;

  constructor(calls: InotifyCalls, descriptor: number, bell: number, worker: Worker, waiting: Int32Array) {
    this.#calls = calls;
    this.#descriptor = descriptor;
    this.#bell = bell;
    this.#worker = worker;
    this.#waiting = waiting;
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  add(path: ByteName): number {
    return this.#calls.addWatch(this.#descriptor, Buffer.from(`${path}\0`, 'latin1'), WATCHED);
  }

  remove(watch: number): void {
    if (!this.#closed) this.#calls.removeWatch(this.#descriptor, watch);
  }

  mark(): number {
    const watch = this.#calls.addWatch(this.#descriptor, MARKER, flag.deleteSelf);
    this.#calls.removeWatch(this.#descriptor, watch);
    return watch;
  }

  onNotices(listener: (notices: readonly Notice[], completeUntilMs: number | undefined) => void): void {
    this.#worker.on('message', ({ bytes, completeUntilMs }: ReadNotices) => {
      Atomics.sub(this.#waiting, 0, bytes.byteLength);
      Atomics.notify(this.#waiting, 0);
      listener(readNotices(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), completeUntilMs);
    });
  }

  onFailure(listener: (error: Error) => void): void {
    this.#worker.on('error', listener);
    this.#worker.once('exit', () => {
      if (!this.#closed) listener(new Error('the thread that reads the notices ended'));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#calls.ring(this.#bell);
    Atomics.notify(this.#waiting, 0);
    await this.#ended;
    this.#calls.close(this.#descriptor);
    this.#calls.close(this.#bell);
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import { loadInotify } from './inotify-calls.js';

/**
 * Reads the kernel's queue on a thread of its own, so that it is emptied while the main thread is busy: the queue holds
 * 16,384 notices by default, which a busy tree fills in a moment. The thread sleeps in poll(2) while nothing happens.
 */
export interface InotifyThreadData {
  readonly descriptor: number;
  readonly bell: number;
  /** One number, shared: bytes handed to the main thread and not yet taken by it. */
  readonly waitingBytes: SharedArrayBuffer;
  /** With more than this waiting, the kernel's queue is left to fill up: its overflow is reported and mended. */
  readonly maxWaitingBytes: number;
}

const READ_BYTES = 256 * 1024;
/** How long the thread lets the main thread catch up before it looks again. */
const FULL_PAUSE_MS = 20;

function readForEver({ descriptor, bell, waitingBytes, maxWaitingBytes }: InotifyThreadData): void {
  const calls = loadInotify();
  const waiting = new Int32Array(waitingBytes);
  const buffer = Buffer.alloc(READ_BYTES);
  for (;;) {
    const { ready, rung } = calls.wait(descriptor, bell);
    if (rung) return;
    const taken = Atomics.load(waiting, 0);
    if (taken > maxWaitingBytes) {
      Atomics.wait(waiting, 0, taken, FULL_PAUSE_MS);
      continue;
    }
    if (!ready) continue;
    const count = calls.read(descriptor, buffer);
    if (count === 0) continue;
    const copy = new Uint8Array(buffer.subarray(0, count));
    Atomics.add(waiting, 0, count);
    parentPort!.postMessage(copy, [copy.buffer]);
  }
}

readForEver(workerData as InotifyThreadData);

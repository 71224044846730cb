import { parentPort, workerData } from 'node:worker_threads';
import { loadInotify } from './inotify-calls.js';

/**
 * Reads the kernel's queue on a thread of its own, so that it is emptied while the main thread is busy: the queue holds
 * 16,384 notices by default, which a busy tree fills in a moment. The thread sleeps in poll(2) while nothing happens.
 */
export interface InotifyThreadData {
  readonly descriptor: number;
  readonly bell: number;
  /** Two numbers, shared: bytes handed to the main thread and not yet taken by it, and one that stays 0. */
  readonly waitingBytes: SharedArrayBuffer;
  /** With more than this waiting, the kernel's queue is left to fill up: its overflow is reported and mended. */
  readonly maxWaitingBytes: number;
}

/** What a read gave. */
export interface ReadNotices {
  readonly bytes: Uint8Array;
  readonly completeUntilMs: number | undefined;
}

const READ_BYTES = 256 * 1024;
/** `struct inotify_event` and a name of 255 bytes with the zero after it. */
const NOTICE_MAX_BYTES = 16 + 256;
/** Notices are gathered for so long; a queue of 16,384 is not filled in that time. */
const GATHER_MS = 4;
/** How long the thread lets the main thread catch up before it looks again. */
const FULL_PAUSE_MS = 20;

function readForEver({ descriptor, bell, waitingBytes, maxWaitingBytes }: InotifyThreadData): void {
  const calls = loadInotify();
  const waiting = new Int32Array(waitingBytes);
  const buffer = Buffer.alloc(READ_BYTES);
  for (;;) {
    const { ready, rung } = calls.wait(descriptor, bell);
    if (rung) return;
    // Each message costs as much as many notices: what comes meanwhile goes along.
    Atomics.wait(waiting, 1, 0, GATHER_MS);
    const taken = Atomics.load(waiting, 0);
    if (taken > maxWaitingBytes) {
      Atomics.wait(waiting, 0, taken, FULL_PAUSE_MS);
      continue;
    }
    if (!ready) continue;
    const nowMs = Date.now();
    const count = calls.read(descriptor, buffer);
    if (count === 0) continue;
    const bytes = new Uint8Array(buffer.subarray(0, count));
    Atomics.add(waiting, 0, count);
    // With room left for the longest notice, the queue was empty.
    const completeUntilMs = count + NOTICE_MAX_BYTES <= READ_BYTES ? nowMs : undefined;
    const message: ReadNotices = { bytes, completeUntilMs };
    parentPort!.postMessage(message, [bytes.buffer]);
  }
}

readForEver(workerData as InotifyThreadData);

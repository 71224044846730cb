import { openSync, readSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type AuthoredChange, ChangeReader } from './change-reader.js';
import { FAN, fanotifyEvents } from './fanotify-event.js';
import { loadFanotifyLibrary } from './fanotify-library.js';
import { processIdentity, readText, userNames } from './process-identity.js';

/** The thread that waits for the kernel: it blocks until there is something, or until it is told to stop. */

export interface WorkerOptions {
  readonly root: string;
  /** Descriptor of fanotify. */
  readonly fanotify: number;
  /** Descriptor that becomes readable when the thread has to stop. */
  readonly stop: number;
}

/** What the thread tells; nothing at first, when it has begun to listen. */
export interface AuthoredChanges {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly changes: readonly AuthoredChange[];
}

const READ_BYTES = 256 * 1024;
const POLLIN = 1;
const POLL_ENTRY_BYTES = 8;
const USERS_READ_INTERVAL_MS = 60_000;

function run(port: MessagePort, { root, fanotify, stop }: WorkerOptions): void {
  const library = loadFanotifyLibrary();
  const buffer = Buffer.alloc(READ_BYTES);
  const polled = Buffer.alloc(2 * POLL_ENTRY_BYTES);
  polled.writeInt32LE(fanotify, 0);
  polled.writeInt16LE(POLLIN, 4);
  polled.writeInt32LE(stop, POLL_ENTRY_BYTES);
  polled.writeInt16LE(POLLIN, POLL_ENTRY_BYTES + 4);
  const nameOf = currentUserNames();
  const identify = (processId: number) => processIdentity(processId, nameOf, readText);
  const mount = openSync(root, 'r');
  const reader = new ChangeReader({ root, mount, library, identify, now: Date.now });
  port.postMessage({ atMs: Date.now(), changes: [] } satisfies AuthoredChanges);
  for (;;) {
    library.poll(polled, 2, -1);
    if (polled.readInt16LE(POLL_ENTRY_BYTES + 6) !== 0) return;
    const changes: AuthoredChange[] = [];
    for (let read = readOrNone(fanotify, buffer); read > 0; read = readOrNone(fanotify, buffer)) {
      for (const event of fanotifyEvents(buffer.subarray(0, read))) {
        if ((event.mask & FAN.Q_OVERFLOW) !== 0) continue;
        const change = reader.read(event);
        if (change !== undefined) changes.push(change);
      }
    }
    if (changes.length > 0) port.postMessage({ atMs: Date.now(), changes } satisfies AuthoredChanges);
  }
}

function readOrNone(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer);
  } catch {
    // EAGAIN: nothing more for now.
    return 0;
  }
}

/** Accounts come and go; their list is read again now and then. */
function currentUserNames(): (userId: string) => string {
  let [names, readAtMs] = [userNames(''), Number.NEGATIVE_INFINITY];
  return (userId) => {
    if (Date.now() - readAtMs > USERS_READ_INTERVAL_MS) {
      names = userNames(readText('/etc/passwd') ?? '');
      readAtMs = Date.now();
    }
    return names(userId);
  };
}

if (parentPort !== null) run(parentPort, workerData as WorkerOptions);

import { closeSync, writeSync } from 'node:fs';
import { platform } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Authors, type UnknownAuthorReason, unknownAuthors } from './author.js';
import { AuthorMemory } from './author-memory.js';
import { FAN } from './fanotify-event.js';
import { type FanotifyLibrary, loadFanotifyLibrary } from './fanotify-library.js';
import type { AuthoredChanges, WorkerOptions } from './fanotify-worker.js';

const EPERM = 1;
const CURRENT_DIRECTORY = -100;
const CHANGES =
  FAN.MODIFY |
  FAN.ATTRIB |
  FAN.CLOSE_WRITE |
  FAN.MOVED_FROM |
  FAN.MOVED_TO |
  FAN.CREATE |
  FAN.DELETE |
  FAN.ONDIR |
  FAN.OPEN_EXEC;
/** Where programs lie: that they start tells of processes that end before their change is read. */
const PROGRAMS = '/usr/bin';

/**
 * Who changes files below a root, as Linux tells root by fanotify(7). Where it does not, answers with the reason. Costs a
 * little for every change on the root's file system, also outside of the root.
 *
 * @param root absolute, without symbolic links
 */
export async function fanotifyAuthors(
  root: string,
  worker = new URL('./fanotify-worker.js', import.meta.url),
): Promise<Authors> {
  if (platform() !== 'linux') return unknownAuthors('not-linux');
  const opened = openFanotify(root);
  if (typeof opened === 'string') return unknownAuthors(opened);
  const { fanotify, stop } = opened;
  const options: WorkerOptions = { root, fanotify, stop: stop[0] };
  const thread = new Worker(worker, { workerData: options });
  const memory = new AuthorMemory();
  thread.on('message', ({ atMs, changes }: AuthoredChanges) => {
    for (const { path, deeds, authorship } of changes) {
      for (const deed of deeds) memory.note(path, atMs, deed, authorship);
    }
  });
  // Without the thread nobody is told any more: `not-told` is then what is so.
  thread.on('error', () => {});
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const begun = new Promise<void>((resolve) => thread.once('message', () => resolve()));
  await Promise.race([begun, ended]);
  thread.unref();
  return {
    of: (path, atMs, deed) => memory.of(path, atMs, deed),
    close: async () => {
      thread.ref();
      writeSync(stop[1], '.');
      await ended;
      for (const descriptor of [fanotify, ...stop]) closeSync(descriptor);
    },
  };
}

function openFanotify(root: string): { fanotify: number; stop: [number, number] } | UnknownAuthorReason {
  let library: FanotifyLibrary;
  try {
    library = loadFanotifyLibrary();
  } catch {
    return 'not-supported';
  }
  const fanotify = library.init(FAN.CLOEXEC | FAN.NONBLOCK | FAN.REPORT_DFID_NAME, 0);
  if (fanotify < 0) return library.errno() === EPERM ? 'no-right' : 'not-supported';
  const flags = FAN.MARK_ADD | FAN.MARK_FILESYSTEM;
  if (library.mark(fanotify, flags, CHANGES, CURRENT_DIRECTORY, root) < 0) {
    const reason = library.errno() === EPERM ? 'no-right' : 'not-supported';
    closeSync(fanotify);
    return reason;
  }
  // Better with it, but it goes without.
  library.mark(fanotify, flags, FAN.OPEN_EXEC, CURRENT_DIRECTORY, PROGRAMS);
  const stop = new Int32Array(2);
  if (library.pipe(stop) < 0) {
    closeSync(fanotify);
    return 'not-supported';
  }
  return { fanotify, stop: [stop[0]!, stop[1]!] };
}

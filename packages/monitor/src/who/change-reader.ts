import { readlinkSync } from 'node:fs';
import type { Author, Authorship, Deed } from './author.js';
import { FAN, type FanotifyEvent } from './fanotify-event.js';
import type { FanotifyLibrary } from './fanotify-library.js';

/** Who changed which path, relative to the root. */
export interface AuthoredChange {
  readonly path: string;
  /** The kernel may tell of several at once. */
  readonly deeds: readonly Deed[];
  readonly authorship: Authorship;
}

export interface ChangeReaderOptions {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** Descriptor of the root: tells the kernel which file system handles are of. */
  readonly mount: number;
  readonly library: Pick<FanotifyLibrary, 'openByHandle' | 'close'>;
  readonly identify: (processId: number) => Author | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const O_PATH = 0o10000000;
const O_DIRECTORY = 0o200000;
const DIRECTORIES_MAX_ITEMS = 65_536;
const PROCESSES_MAX_ITEMS = 4_096;
/** After that time a number may be another process's. */
const PROCESS_REMEMBERED_MS = 60_000;
/** The loader of programs is opened to be executed too, after the program itself. */
const LOADER = /^ld(?:-|\.so)/;
const MOVED = FAN.MOVED_FROM | FAN.MOVED_TO;

/** Makes paths and people of the kernel's events. Remembers directories, and processes, which often end at once. */
export class ChangeReader {
  readonly #options: ChangeReaderOptions;
  /** Relative path by handle; null: outside of the root. */
  readonly #directories = new Map<string, string | null>();
  readonly #processes = new Map<number, { author: Author; atMs: number }>();

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
  }

  /** The change that an event tells of; undefined for what is not below the root. */
  read(event: FanotifyEvent): AuthoredChange | undefined {
    if ((event.mask & FAN.OPEN_EXEC) !== 0) this.#started(event);
    if ((event.mask & ~(FAN.OPEN_EXEC | FAN.ONDIR)) === 0 || event.handle === undefined) return undefined;
    const directory = this.#directory(event.handle);
    const isMovedDirectory = (event.mask & MOVED) !== 0 && (event.mask & FAN.ONDIR) !== 0;
    // What lies below it has other paths now.
    if (isMovedDirectory) this.#directories.clear();
    if (directory === null) return undefined;
    const path = directory === '' || event.name === '' ? directory + event.name : `${directory}/${event.name}`;
    return { path, deeds: deedsOf(event.mask), authorship: this.#authorship(event.processId) };
  }

  /** A program is started: its process is there now, and may be gone when the change is read. */
  #started({ processId, name }: FanotifyEvent): void {
    if (LOADER.test(name)) return;
    const author = this.#options.identify(processId);
    if (author !== undefined) this.#remember({ ...author, processName: name });
  }

  #authorship(processId: number): Authorship {
    const author = this.#options.identify(processId);
    if (author !== undefined) {
      this.#remember(author);
      return { author };
    }
    const known = this.#processes.get(processId);
    if (known === undefined || known.atMs + PROCESS_REMEMBERED_MS < this.#options.now())
      return { reason: 'process-gone' };
    return { author: known.author };
  }

  #remember(author: Author): void {
    this.#processes.delete(author.processId);
    this.#processes.set(author.processId, { author, atMs: this.#options.now() });
    if (this.#processes.size > PROCESSES_MAX_ITEMS) this.#processes.delete(this.#processes.keys().next().value ?? 0);
  }

  #directory(handle: Buffer): string | null {
    const key = handle.toString('latin1');
    const known = this.#directories.get(key);
    if (known !== undefined) return known;
    const path = this.#resolve(handle);
    if (path === undefined) return null;
    if (this.#directories.size >= DIRECTORIES_MAX_ITEMS) this.#directories.clear();
    this.#directories.set(key, path);
    return path;
  }

  /** Undefined where the directory is gone. */
  #resolve(handle: Buffer): string | null | undefined {
    const { library, mount, root } = this.#options;
    const descriptor = library.openByHandle(mount, handle, O_PATH | O_DIRECTORY);
    if (descriptor < 0) return undefined;
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      if (path === root) return '';
      const start = root.endsWith('/') ? root : `${root}/`;
      return path.startsWith(start) ? path.slice(start.length) : null;
    } finally {
      library.close(descriptor);
    }
  }
}

function deedsOf(mask: number): Deed[] {
  const deeds: Deed[] = [];
  if ((mask & (FAN.MODIFY | FAN.ATTRIB | FAN.CLOSE_WRITE | FAN.CREATE)) !== 0) deeds.push('write');
  if ((mask & MOVED) !== 0) deeds.push('move');
  if ((mask & FAN.DELETE) !== 0) deeds.push('delete');
  return deeds;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { AsyncSubscription, Event } from '@parcel/watcher';
import { type ByteName, fromText, readable } from './byte-name.js';
import { flag, type Notice, SOMEWHERE, type WatchKernel } from './watch-kernel.js';

/** How long the library gathers events before it tells of them, and more: after that a place in its queue has passed. */
const PASSED_MS = 700;

/**
 * Watching by `@parcel/watcher`, for systems other than Linux: it takes its events from FSEvents or from
 * ReadDirectoryChangesW, and tells of paths only: nothing joins the halves of a rename, and several events of a path are
 * told as one. So its events only say where to look. Its errors, of which lost events are one, are an overflow.
 * Throws LIBRARY_MISSING where it is not installed.
 */
export async function openLibraryKernel(root: ByteName): Promise<WatchKernel> {
  const { subscribe } = await loadLibrary();
  const folder = readable(root).text;
  const kernel = new LibraryKernel();
  const told = (error: Error | null, events: readonly Event[]) => {
    kernel.tell(error === null ? events.map((event) => noticeOf(folder, event)) : [OVERFLOW]);
  };
  kernel.subscription = await subscribe(folder, told);
  return kernel;
}

export class LibraryMissingError extends Error {
  readonly code = 'LIBRARY_MISSING';
}

/** The library gathers notices; longer it never does. */
const GATHERED_MAX_MS = 1_000;

const OVERFLOW: Notice = { watch: -1, flags: flag.overflow, cookie: 0, name: '' };

class LibraryKernel implements WatchKernel {
  readonly tellsAll = false;
  subscription: AsyncSubscription | undefined;
  readonly #closing = new AbortController();
  readonly #early: Notice[] = [];
  #listener: Parameters<WatchKernel['onNotices']>[0] | undefined;
  #last = 0;

  tell(notices: readonly Notice[]): void {
    if (this.#listener === undefined) this.#early.push(...notices);
    else this.#listener(notices, Date.now() - GATHERED_MAX_MS);
  }

  /** The library watches all below the root already. */
  add(): number {
    return ++this.#last;
  }

  remove(): void {}

  mark(): number {
    const watch = ++this.#last;
    sleep(PASSED_MS, undefined, { signal: this.#closing.signal }).then(
      () => this.tell([{ watch, flags: flag.ignored, cookie: 0, name: '' }]),
      () => {},
    );
    return watch;
  }

  onNotices(listener: Parameters<WatchKernel['onNotices']>[0]): void {
    this.#listener = listener;
    listener(this.#early.splice(0), undefined);
  }

  onFailure(): void {}

  async close(): Promise<void> {
    this.#closing.abort();
    await this.subscription?.unsubscribe();
  }
}

function noticeOf(folder: string, { path }: Event): Notice {
  const relative = path.slice(folder.length + 1).replaceAll('\\', '/');
  return { watch: SOMEWHERE, flags: flag.attributes, cookie: 0, name: fromText(relative) };
}

async function loadLibrary(): Promise<typeof import('@parcel/watcher')> {
  try {
    return await import('@parcel/watcher');
  } catch (cause) {
    throw new LibraryMissingError('watching files on this system needs the package @parcel/watcher', { cause });
  }
}

import koffi from 'koffi';

/** The few functions of the C library that inotify needs. Each fails with an error that carries the system's code. */
export interface InotifyCalls {
  /** A descriptor whose reads wait for nothing. */
  open(): number;
  addWatch(descriptor: number, path: Buffer, flags: number): number;
  /** False where there is no such watch any more. */
  removeWatch(descriptor: number, watch: number): boolean;
  /** A descriptor that can be read once `ring` was called on it. */
  openBell(): number;
  ring(bell: number): void;
  close(descriptor: number): void;
  /** Waits until one of the two can be read. */
  wait(descriptor: number, bell: number): { ready: boolean; rung: boolean };
  /** Bytes read; 0 where nothing waits. */
  read(descriptor: number, into: Buffer): number;
}

const O_NONBLOCK_CLOEXEC = 0o2004000;
const POLLIN = 1;
/** `struct pollfd`: int fd, short events, short revents. */
const POLL_BYTES = 8;

/** Loads the C library. `readlink`s nothing and keeps nothing: threads may each have their own. */
export function loadInotify(): InotifyCalls {
  const library = koffi.load(null);
  const init = library.func('int inotify_init1(int flags)');
  const add = library.func('int inotify_add_watch(int fd, const void *path, uint32_t mask)');
  const remove = library.func('int inotify_rm_watch(int fd, int wd)');
  const eventfd = library.func('int eventfd(unsigned int value, int flags)');
  const write = library.func('intptr_t write(int fd, const void *bytes, size_t count)');
  const read = library.func('intptr_t read(int fd, void *bytes, size_t count)');
  const close = library.func('int close(int fd)');
  const poll = library.func('int poll(void *fds, unsigned long count, int timeout)');
  const checked = (call: string, result: number): number => {
    if (result >= 0) return result;
    const number = koffi.errno();
    throw Object.assign(new Error(`${call} failed: ${codeOf(number)}`), { code: codeOf(number), errno: number });
  };
  const one = Buffer.alloc(8);
  one.writeBigUInt64LE(1n);
  return {
    open: () => checked('inotify_init1', init(O_NONBLOCK_CLOEXEC)),
    addWatch: (descriptor, path, flags) => checked('inotify_add_watch', add(descriptor, path, flags)),
    removeWatch: (descriptor, watch) => remove(descriptor, watch) >= 0,
    openBell: () => checked('eventfd', eventfd(0, O_NONBLOCK_CLOEXEC)),
    ring: (bell) => void checked('write', Number(write(bell, one, 8))),
    close: (descriptor) => void close(descriptor),
    wait(descriptor, bell) {
      const polled = Buffer.alloc(2 * POLL_BYTES);
      polled.writeInt32LE(descriptor, 0);
      polled.writeInt16LE(POLLIN, 4);
      polled.writeInt32LE(bell, POLL_BYTES);
      polled.writeInt16LE(POLLIN, POLL_BYTES + 4);
      // A signal interrupts it: then neither is ready, and the caller waits again.
      if (poll(polled, 2, -1) < 0 && koffi.errno() !== koffi.os.errno.EINTR) checked('poll', -1);
      return { ready: polled.readInt16LE(6) !== 0, rung: polled.readInt16LE(POLL_BYTES + 6) !== 0 };
    },
    read(descriptor, into) {
      const count = Number(read(descriptor, into, into.length));
      if (count >= 0) return count;
      const number = koffi.errno();
      if (number === koffi.os.errno.EAGAIN || number === koffi.os.errno.EINTR) return 0;
      return checked('read', -1);
    },
  };
}

function codeOf(number: number): string {
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `E${number}`;
}

import koffi from 'koffi';

/** The calls of the C library that Node does not have. Each gives -1 and sets `errno` when it fails. */
export interface FanotifyLibrary {
  init(flags: number, eventFlags: number): number;
  mark(descriptor: number, flags: number, mask: number, directory: number, path: string): number;
  openByHandle(mount: number, handle: Buffer, flags: number): number;
  /** @param descriptors array of `struct pollfd` */
  poll(descriptors: Buffer, count: number, timeoutMs: number): number;
  pipe(descriptors: Int32Array): number;
  /** For what these calls opened: in a thread, Node warns of descriptors that it did not open itself. */
  close(descriptor: number): number;
  errno(): number;
}

/** Binds them from the C library that this process runs on, whichever it is. @throws where there is none of Linux */
export function loadFanotifyLibrary(): FanotifyLibrary {
  const library = koffi.load(null);
  const init = library.func('int fanotify_init(unsigned int flags, unsigned int event_flags)');
  const mark = library.func(
    'int fanotify_mark(int fd, unsigned int flags, uint64_t mask, int dirfd, const char *path)',
  );
  const openByHandle = library.func('int open_by_handle_at(int mount_fd, void *handle, int flags)');
  const poll = library.func('int poll(void *fds, unsigned long count, int timeout)');
  const close = library.func('int close(int fd)');
  const pipe = library.func('int pipe2(void *fds, int flags)');
  return {
    init: (flags, eventFlags) => init(flags, eventFlags) as number,
    mark: (descriptor, flags, mask, directory, path) => mark(descriptor, flags, mask, directory, path) as number,
    openByHandle: (mount, handle, flags) => openByHandle(mount, handle, flags) as number,
    poll: (descriptors, count, timeoutMs) => poll(descriptors, count, timeoutMs) as number,
    pipe: (descriptors) => pipe(descriptors, 0o2000000) as number,
    close: (descriptor) => close(descriptor) as number,
    errno: () => koffi.errno(),
  };
}

/** Who changed something, as the kernel tells it. */
export interface Author {
  /** Name of the account, or its number where it has no name. */
  readonly user: string;
  /** The account that logged in at first, where that is another: who became root by `sudo`. */
  readonly loginUser: string | undefined;
  readonly processName: string;
  readonly processId: number;
}

/**
 * Why it is not known. `off`: it was not asked for. `not-linux`: the system has no such interface that needs no driver.
 * `no-right`: the kernel tells it only to root (CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH). `not-supported`: the kernel or the
 * file system cannot. `compared`: the change was found by comparing, not seen. `process-gone`: the process had ended
 * before its account could be read. `not-told`: the kernel did not tell of this change, or told too much to keep up with.
 */
export type UnknownAuthorReason =
  | 'off'
  | 'not-linux'
  | 'no-right'
  | 'not-supported'
  | 'compared'
  | 'process-gone'
  | 'not-told';

export type Authorship =
  | { readonly author: Author; readonly reason?: undefined }
  | { readonly author?: undefined; readonly reason: UnknownAuthorReason };

/** What can be done to a path: one process may write a file and another move it in the same moment. */
export type Deed = 'write' | 'move' | 'delete';

/** Knows who changed what, of late. */
export interface Authors {
  /** @param path relative to the root; `atMs` when the change was noticed, in milliseconds since 1970 */
  of(path: string, atMs: number, deed: Deed): Authorship;
  close(): Promise<void>;
}

/** Where nobody can tell. */
export function unknownAuthors(reason: UnknownAuthorReason): Authors {
  return { of: () => ({ reason }), close: async () => {} };
}

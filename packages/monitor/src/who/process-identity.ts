import { readFileSync } from 'node:fs';
import type { Author } from './author.js';

/** What the kernel writes where nobody has logged in. */
const NO_LOGIN = '4294967295';

/** Reads a file whole, or gives undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

export const readText: ReadText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Who a process is, from what the kernel tells of it below `/proc` (proc(5)); undefined when it has ended. */
export function processIdentity(
  processId: number,
  nameOfUser: (userId: string) => string,
  read: ReadText,
): Author | undefined {
  const status = read(`/proc/${processId}/status`);
  if (status === undefined) return undefined;
  const processName = /^Name:\t(.*)$/m.exec(status)?.[1];
  // Real, effective, saved and file system: the real one is whose process it is.
  const userId = /^Uid:\t(\d+)/m.exec(status)?.[1];
  if (processName === undefined || userId === undefined) return undefined;
  const login = read(`/proc/${processId}/loginuid`)?.trim();
  const hasLogin = login !== undefined && login !== '' && login !== NO_LOGIN && login !== userId;
  return { user: nameOfUser(userId), loginUser: hasLogin ? nameOfUser(login) : undefined, processName, processId };
}

/** Names of accounts by their number, from the lines of passwd(5); the number itself for one that is not there. */
export function userNames(passwd: string): (userId: string) => string {
  const names = new Map<string, string>();
  for (const line of passwd.split('\n')) {
    const [name, , userId] = line.split(':');
    if (name !== undefined && userId !== undefined && !names.has(userId)) names.set(userId, name);
  }
  return (userId) => names.get(userId) ?? userId;
}

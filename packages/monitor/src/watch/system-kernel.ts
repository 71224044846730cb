import type { ByteName } from './byte-name.js';
import type { WatchKernel } from './watch-kernel.js';

/** What this system has: inotify on Linux, elsewhere a library that tells less (`library-kernel.ts`). */
export async function systemKernel(root: ByteName): Promise<WatchKernel> {
  if (process.platform === 'linux') return (await import('./inotify/inotify-kernel.js')).openInotify();
  return (await import('./library-kernel.js')).openLibraryKernel(root);
}

import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, usageFailure } from '../failure.js';

/** What stands for the standard input among the paths. */
export const STDIN_PATH = '-';

/** In folders, only these are read; a file that is named itself is read whatever its name. */
const RECORD_FILE = /\.(json|jsonl|ndjson|log)(\.gz)?$/i;

/** A file to import. `size` in bytes as on disk and `mtimeMs` tell whether it is still the same one. */
export interface SourceFile {
  /** Absolute, or `-` for the standard input. */
  readonly path: string;
  /** As the user would write it. */
  readonly label: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * The files that the paths name, in a fixed order: folders are searched to the bottom, for `.json`, `.jsonl`,
 * `.ndjson` and `.log` files, `.gz` or not. A file that is named twice comes once. Symbolic links to folders inside
 * folders are not followed: they could lead in circles.
 * @throws CliFailure `usage` for a path that is not there or cannot be read, or when there is nothing to import
 */
export async function findSources(paths: readonly string[]): Promise<SourceFile[]> {
  const found = new Map<string, SourceFile>();
  for (const path of paths) {
    for (const source of await sourcesAt(path)) found.set(source.path, source);
  }
  if (found.size === 0) {
    throw usageFailure(
      `No files to import in ${paths.join(', ')}`,
      'In a folder, files that end in .json, .jsonl, .ndjson or .log (also with .gz) are read. Name others themselves.',
    );
  }
  return [...found.values()];
}

async function sourcesAt(path: string): Promise<SourceFile[]> {
  if (path === STDIN_PATH) return [{ path, label: 'standard input', size: 0, mtimeMs: 0 }];
  try {
    const { isFolder, ...source } = await describe(path);
    return isFolder ? await sourcesIn(path) : [source];
  } catch (error) {
    throw usageFailure(`Cannot read ${path}: ${messageOf(error)}`);
  }
}

async function sourcesIn(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const sources: SourceFile[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      sources.push(...(await sourcesIn(path)));
    } else if (RECORD_FILE.test(entry.name)) {
      const { isFolder, ...source } = await describe(path);
      if (!isFolder) sources.push(source);
    }
  }
  return sources;
}

async function describe(path: string): Promise<SourceFile & { isFolder: boolean }> {
  const stats = await stat(path);
  return {
    path: resolve(path),
    label: path,
    size: stats.size,
    mtimeMs: stats.mtimeMs,
    isFolder: stats.isDirectory(),
  };
}

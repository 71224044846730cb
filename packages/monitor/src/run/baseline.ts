import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeContents } from '../content/change-content.js';
import type { IgnoreRules } from '../rules/ignore-rules.js';
import type { FileKind } from '../watch/file-change.js';
import type { TreeWatch } from './tree-watch.js';

export interface BaselineOptions {
  readonly folder: string;
  readonly ignored: IgnoreRules;
  readonly watch: Pick<TreeWatch, 'checksumOf' | 'noteBaselineChecksum'>;
  readonly contents: Pick<ChangeContents, 'baseline'>;
  readonly signal: AbortSignal;
  /** Told of every file that was read. */
  readonly onFile: (bytes: number) => void;
}

/** Files that are read at once, beside the changes. */
const READING_MAX_FILES = 8;

/**
 * Reads the files of a tree whose content is not known yet, so that the first change of each has a checksum and a text
 * before. Some at a time, beside the changes. A folder that cannot be read is passed by.
 */
export async function takeBaseline(options: BaselineOptions): Promise<void> {
  const { ignored, watch, signal } = options;
  const folders = [''];
  const reading = new Set<Promise<void>>();
  for (let folder = folders.pop(); folder !== undefined && !signal.aborted; folder = folders.pop()) {
    for await (const { name, kind } of entriesOf(join(options.folder, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (signal.aborted) break;
      if (ignored(path, kind)) continue;
      if (kind === 'directory') folders.push(path);
      if (kind !== 'file' || watch.checksumOf(path) !== null) continue;
      const read = readOne(path, options).finally(() => reading.delete(read));
      reading.add(read);
      if (reading.size >= READING_MAX_FILES) await Promise.race(reading);
    }
  }
  await Promise.all(reading);
}

async function readOne(path: string, { folder, watch, contents, onFile }: BaselineOptions): Promise<void> {
  const content = await contents.baseline(path, join(folder, path));
  if (content === undefined) return;
  watch.noteBaselineChecksum(path, content.checksum, content);
  onFile(content.sizeBytes);
}

async function* entriesOf(folder: string): AsyncGenerator<{ name: string; kind: FileKind }> {
  try {
    for await (const entry of await opendir(folder)) {
      const kind = entry.isDirectory()
        ? 'directory'
        : entry.isFile()
          ? 'file'
          : entry.isSymbolicLink()
            ? 'link'
            : 'other';
      yield { name: entry.name, kind };
    }
  } catch {
    // The watch tells of what cannot be read.
  }
}

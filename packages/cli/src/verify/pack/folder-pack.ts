import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, usageFailure } from '../../failure.js';
import { MAX_FILES, type PackFiles, PackRefusal, requireFile } from './pack-files.js';

/** An evidence pack that was unpacked into a folder. */
export class FolderPack implements PackFiles {
  readonly names: ReadonlySet<string>;
  readonly #path: string;

  private constructor(path: string, names: ReadonlySet<string>) {
    this.#path = path;
    this.names = names;
  }

  /** @throws CliFailure `usage` for a folder that cannot be read; PackRefusal for one that is no pack */
  static async open(path: string): Promise<FolderPack> {
    try {
      const names = new Set<string>();
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (!entry.isDirectory()) names.add(entry.name);
        else for (const name of await readdir(join(path, entry.name))) names.add(`${entry.name}/${name}`);
        if (names.size > MAX_FILES) throw new PackRefusal(`It has more than ${MAX_FILES} files`);
      }
      for (const name of names) requireFile(name, 0);
      return new FolderPack(path, names);
    } catch (error) {
      if (error instanceof PackRefusal) throw error;
      throw usageFailure(`Cannot read ${path}: ${messageOf(error)}`);
    }
  }

  async read(name: string): Promise<Buffer> {
    const path = join(this.#path, name);
    try {
      const found = await lstat(path);
      if (!found.isFile()) throw new PackRefusal(`${name} is not a file`);
      requireFile(name, found.size);
      return await readFile(path);
    } catch (error) {
      throw error instanceof PackRefusal ? error : new PackRefusal(`Cannot read ${name}: ${messageOf(error)}`, error);
    }
  }

  async close(): Promise<void> {}
}

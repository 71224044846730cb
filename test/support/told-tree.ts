import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of `attestlog monitor --format json`, as far as it is replayed. */
export interface MonitorLine {
  readonly id: string;
  readonly timestamp_utc: string;
  readonly event_type: { readonly type: string };
  readonly file_path: string;
  readonly checksum: string | null;
  readonly metadata: {
    readonly kind?: string;
    readonly previous_path?: string;
    readonly moved_in?: boolean;
    readonly no_checksum?: string;
    readonly gap?: { readonly why: string; readonly from: string; readonly to: string | null };
  };
}

interface ToldFile {
  readonly kind: string;
  /** Of the last line of it; or why that had none. */
  readonly checksum: string | undefined;
}

/** The tree that somebody has who knows only the lines of the monitor. Paths are absolute. */
export class ToldTree {
  readonly #files = new Map<string, ToldFile>();
  /** Lines that do not fit those before. */
  readonly misfits: string[] = [];

  apply({ event_type: { type }, file_path: path, checksum, metadata }: MonitorLine): void {
    const known = this.#files.get(path);
    const told = { kind: metadata.kind ?? 'file', checksum: checksum ?? metadata.no_checksum };
    if (metadata.gap !== undefined) return;
    if (type === 'renamed') this.#rename(metadata.previous_path ?? '', path, told);
    else if (type === 'created') {
      if (known !== undefined) this.misfits.push(`created ${path}: is there`);
      this.#files.set(path, told);
    } else if (known === undefined) this.misfits.push(`${type} ${path}: is not there`);
    else if (type === 'deleted') this.#files.delete(path);
    else this.#files.set(path, told);
  }

  /** Against what lies below a folder: names and kinds. */
  differences(folder: string): string[] {
    const differences: string[] = [];
    const left = new Map(this.#files);
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name);
      const told = left.get(path);
      left.delete(path);
      const stats = lstatSync(path);
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'link';
      if (told === undefined) differences.push(`${path} was not told of`);
      else if (told.kind !== kind) differences.push(`${path} is a ${kind}, told of as a ${told.kind}`);
    }
    return [...differences, ...[...left.keys()].map((path) => `${path} is not there`)];
  }

  /** Files that were last told of with another content than they have. They all have to be there. */
  otherContents(): string[] {
    const files = [...this.#files].filter(([, { kind }]) => kind === 'file');
    const others = files.filter(([path, { checksum }]) => checksum !== sha256(path));
    return others.map(([path, { checksum }]) => `${path} was told with the content ${checksum}`);
  }

  #rename(from: string, to: string, told: ToldFile): void {
    const moved = [...this.#files].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0) this.misfits.push(`renamed ${from} to ${to}: is not there`);
    for (const [path] of moved) this.#files.delete(path);
    for (const [path, file] of moved) this.#files.set(to + path.slice(from.length), file);
    this.#files.set(to, told);
  }
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

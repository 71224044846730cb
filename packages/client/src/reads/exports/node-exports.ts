import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { type Downloaded, type DownloadOptions, downloadExport } from './download-export.js';
import type { ExportedFile } from './export-job.js';
import { type Exports, exportPath, exportsOf } from './exports.js';
import { readFile } from './read-file.js';

/** Exports, with what takes Node (or Bun, or Deno): elsewhere files are downloaded by `links`. */
export interface NodeExports extends Exports {
  /**
   * A file's bytes. A connection that breaks is made anew and goes on by a range; at the end length and SHA-256 are
   * compared with what the server said they are.
   *
   * @param file one of `files` of a job that is done
   * @throws AttestlogError `file-damaged` after the last byte: what was given until then is not to be relied on
   */
  read(id: string, file: ExportedFile, options?: CallOptions): AsyncGenerator<Uint8Array, void, undefined>;
  /**
   * Waits until an export is done, and keeps its files: one at `target`; of several each with its number before the
   * ending. Each appears there when it is whole and its SHA-256 is right. What an earlier attempt left beside it
   * (`.part`) is gone on with, and a file that is there already and right is left alone. The manifest is kept at
   * `target.manifest.json`.
   *
   * @throws AttestlogError `export-failed`, `export-cancelled`, `file-damaged`, `file-exists`, `file-unwritable`
   */
  download(id: string, target: string, options?: DownloadOptions): Promise<Downloaded>;
}

/** {@link NodeExports} on a server. */
export function nodeExports(http: ReadHttp): NodeExports {
  const exports = exportsOf(http);
  return {
    ...exports,
    read: (id, file, options) => readFile(http, `${exportPath(id)}/files/${file.name}`, file, options),
    download: (id, target, options = {}) => downloadExport(http, exports, id, target, options),
  };
}

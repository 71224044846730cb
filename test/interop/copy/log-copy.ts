import { entriesPath, parseCheckpoint, parseNote, tilePath, tilesForSize } from '@attestlog/tlog';
import type { ServerProcess } from '../../support/server-process.js';

/** The files of a tlog-tiles log by their path below its prefix: all that a verifier needs. */
export type LogCopy = Map<string, Uint8Array>;

/** Fetches every file of a tenant's log: checkpoint, hash tiles and entry bundles of its size. */
export async function copyLog(server: ServerProcess, tenant: string): Promise<LogCopy> {
  const copy: LogCopy = new Map();
  const take = async (path: string): Promise<Uint8Array> => {
    const response = await server.fetch(`/log/${tenant}/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    copy.set(path, bytes);
    return bytes;
  };
  const checkpoint = new TextDecoder().decode(await take('checkpoint'));
  const { size } = parseCheckpoint(parseNote(checkpoint).body);
  for (const tile of tilesForSize(size)) {
    await take(tilePath(tile));
    if (tile.level === 0) await take(entriesPath(tile.index, tile.width));
  }
  return copy;
}

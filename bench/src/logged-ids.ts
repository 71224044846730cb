import { decodeBundle, entriesPath } from '@attestlog/tlog';
import type { ServerProcess } from './server-process.js';

const BUNDLE_ENTRIES = 256;

/** The ids of a tenant's log in its order, read as an outsider reads it, when all that is acknowledged is in it. */
export async function loggedIds({ port, key }: Pick<ServerProcess, 'port' | 'key'>, tenant: string): Promise<string[]> {
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${key}`, 'x-tenant-id': tenant };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const text = async (path: string) => new TextDecoder().decode(await get(path));
  while ((JSON.parse(await text('/api/v1/log')) as { behind?: number }).behind !== 0);
  const size = Number((await text(`/log/${tenant}/checkpoint`)).split('\n')[1]);
  const ids: string[] = [];
  for (let index = 0; index * BUNDLE_ENTRIES < size; index++) {
    const width = Math.min(BUNDLE_ENTRIES, size - index * BUNDLE_ENTRIES);
    for (const entry of decodeBundle(await get(`/log/${tenant}/${entriesPath(index, width)}`))) {
      ids.push((JSON.parse(new TextDecoder().decode(entry)) as { id: string }).id);
    }
  }
  return ids;
}

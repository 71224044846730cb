import { PortFailure } from '../../ports/failure.js';
import { OBJECT_KEY, type Objects } from '../../ports/objects.js';
import { MemoryHandle, type MemoryHandleOptions } from './memory-handle.js';

/** What an object store has on its stable storage. */
export class MemoryObjectsState {
  readonly objects = new Map<string, Uint8Array>();
}

export interface MemoryObjectsOptions extends MemoryHandleOptions {
  /** Limit on the bytes of all objects. */
  maxBytes?: number;
}

const PIECE_BYTES = 65_536;

export function openMemoryObjects(state: MemoryObjectsState, options: MemoryObjectsOptions = {}): Objects {
  const { objects } = state;
  const handle = new MemoryHandle('objects', options);
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  const put = (key: string, copy: Uint8Array) => {
    const others = [...objects].reduce((sum, [name, value]) => sum + (name === key ? 0 : value.length), 0);
    if (others + copy.length > maxBytes) throw new PortFailure('full', `objects: at the limit of ${maxBytes} bytes`);
    objects.set(key, copy);
  };
  return {
    put(key, bytes) {
      const copy = new Uint8Array(bytes);
      return handle.run('put', () => {
        refuseMalformed(key);
        put(key, copy);
      });
    },
    async putStream(key, pieces) {
      handle.refuseWhenClosed();
      refuseMalformed(key);
      const copies: Uint8Array[] = [];
      for await (const piece of pieces) copies.push(new Uint8Array(piece));
      const bytes = new Uint8Array(Buffer.concat(copies));
      await handle.run('putStream', () => put(key, bytes));
      return bytes.length;
    },
    async *read(key, fromByte, toByte) {
      const bytes = await handle.run('read', () => {
        refuseMalformed(key);
        return objects.get(key);
      });
      if (bytes === undefined || bytes.length < toByte) throw new PortFailure('unavailable', 'objects: no such bytes');
      for (let at = fromByte; at < toByte; at += PIECE_BYTES) yield bytes.slice(at, Math.min(at + PIECE_BYTES, toByte));
    },
    get: (key) =>
      handle.run('get', () => {
        refuseMalformed(key);
        const bytes = objects.get(key);
        return bytes && new Uint8Array(bytes);
      }),
    size: (key) =>
      handle.run('size', () => {
        refuseMalformed(key);
        return objects.get(key)?.length;
      }),
    delete: (key) =>
      handle.run('delete', () => {
        refuseMalformed(key);
        objects.delete(key);
      }),
    list: (prefix, { afterKey = '', limit }) =>
      handle.run('list', () =>
        [...objects.keys()]
          .filter((key) => key.startsWith(prefix) && key > afterKey)
          .sort()
          .slice(0, Math.max(limit, 0)),
      ),
    close: () => handle.close(),
  };
}

function refuseMalformed(key: string): void {
  if (!OBJECT_KEY.test(key)) throw new PortFailure('refused', 'objects: malformed key');
}

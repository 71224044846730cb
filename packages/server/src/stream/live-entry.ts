import type { Position, StoredEntry } from '../ports/store.js';

/** An entry on its way to subscribers: one for all of them. */
export interface LiveEntry {
  readonly index: number;
  readonly position: Position;
  /** The entry's canonical JSON. Not its bytes, which would hold those of their whole batch. */
  readonly text: string;
  /** What lies beside it for its sealed fields. */
  readonly sealed: string | undefined;
}

export function liveEntry({ index, position, entry, sealed }: StoredEntry): LiveEntry {
  const text = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8');
  return { index, position, text, sealed };
}

/** About what an entry takes up while it waits. */
export function bytesOf({ text, sealed }: LiveEntry): number {
  return text.length + (sealed?.length ?? 0);
}

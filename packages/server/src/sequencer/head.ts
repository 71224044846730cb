import type { TreeEdge } from '@attestlog/tlog';

/** A tenant's tree after a batch. */
export interface Head {
  size: number;
  root: Uint8Array;
  /** Roots of the perfect subtrees, largest first. */
  edge: Uint8Array[];
  /** The last chunk of the batch that made it. */
  through: number;
}

/**
 * The document `head.TENANT` of the registry. `current` counts only once its batch is committed, that is, when the
 * partition's state says that `current.through` is sealed; until then `previous` is the head. So all heads of a batch
 * change at one moment, though each is a document of its own.
 */
export interface HeadDocument {
  current: EncodedHead;
  previous: EncodedHead | null;
}

export interface EncodedHead {
  size: number;
  root: string;
  edge: string[];
  through: number;
}

export function headKey(tenant: string): string {
  return `head.${tenant}`;
}

export function encodeHead(head: Head): EncodedHead {
  return {
    size: head.size,
    root: base64(head.root),
    edge: head.edge.map(base64),
    through: head.through,
  };
}

export function decodeHead(head: EncodedHead): Head {
  return {
    size: head.size,
    root: Buffer.from(head.root, 'base64'),
    edge: head.edge.map((hash) => Buffer.from(hash, 'base64')),
    through: head.through,
  };
}

export function edgeOf(head: Head): TreeEdge {
  return { size: head.size, hashes: head.edge };
}

/** The head that counts when everything up to `sealedThrough` is committed. */
export function committedHead(document: HeadDocument, sealedThrough: number): Head | undefined {
  if (document.current.through <= sealedThrough) return decodeHead(document.current);
  return document.previous === null ? undefined : decodeHead(document.previous);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

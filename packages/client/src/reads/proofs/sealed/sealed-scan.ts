import { BLOB_KEY, isBlobReference, SEALED_KEY, type SealedField, sealedFieldsOf } from '@attestlog/event/sdk';
import { decodeBundle, type LogReader, TILE_WIDTH, type Tile, TlogError } from '@attestlog/tlog';
import { isRecord } from '../../attestlog-error.js';

/** A payload that was moved out of an entry, and what stands in its place. */
export interface MovedPayload {
  /** `/request`, `/response` or `/changes`. */
  readonly pointer: string;
  readonly sha256: string;
}

/** What one entry has that is, or may be, sealed: at least one of both. */
export interface SealedEntryFields {
  readonly index: number;
  readonly fields: readonly SealedField[];
  /** Payloads in which further fields may be sealed. */
  readonly payloads: readonly MovedPayload[];
}

/** What a scan tells, in the order of the log. */
export interface SealedScanListener {
  /** There is room for more; a rejection ends the scan. Asked before each bundle is read. */
  ready(): Promise<void>;
  /** An event that may have the certificate of an erasure, as JSON. */
  onErasure(event: unknown, index: number): void;
  /** What is, or may be, sealed in one bundle; never empty. */
  onSealed(entries: readonly SealedEntryFields[]): void;
}

const PAYLOADS = ['request', 'response', 'changes'] as const;
const MARKS = {
  sealed: Buffer.from(`"${SEALED_KEY}"`),
  erasure: Buffer.from('"subject.erase"'),
  blob: Buffer.from(`"${BLOB_KEY}"`),
};

/**
 * Looks at the entries of a log while a verifier reads them: so each is read once. What it tells is proven when the
 * verifier has found no violation, and not before.
 */
export class SealedScan implements LogReader {
  readonly #inner: LogReader;
  readonly #listener: SealedScanListener;
  readonly #places = new WeakMap<Uint8Array, { index: number; width: number }>();

  constructor(inner: LogReader, listener: SealedScanListener) {
    this.#inner = inner;
    this.#listener = listener;
  }

  checkpoint(): Promise<string> {
    return this.#inner.checkpoint();
  }

  tile(tile: Tile): Promise<Uint8Array | undefined> {
    return this.#inner.tile(tile);
  }

  async entries(index: number, width: number): Promise<Uint8Array | undefined> {
    await this.#listener.ready();
    const bundle = await this.#inner.entries(index, width);
    if (bundle !== undefined) this.#places.set(bundle, { index, width });
    return bundle;
  }

  /** The verifier has hashed these bytes, and gives each bundle back once, in order. */
  release(bundle: Uint8Array): void {
    const place = this.#places.get(bundle);
    if (place !== undefined) this.#look(bundle, place.index * TILE_WIDTH, place.width);
    this.#inner.release?.(bundle);
  }

  #look(bundle: Uint8Array, first: number, width: number): void {
    const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength);
    if (!Object.values(MARKS).some((mark) => bytes.includes(mark))) return;
    const sealed: SealedEntryFields[] = [];
    // A fuller version of a partial bundle has entries that were not asked for.
    for (const [place, entry] of entriesOf(bytes).slice(0, width).entries()) {
      const isErasure = entry.includes(MARKS.erasure);
      const isSealed = entry.includes(MARKS.sealed);
      const isMoved = entry.includes(MARKS.blob);
      const event = isErasure || isSealed || isMoved ? jsonOf(entry) : undefined;
      if (event === undefined) continue;
      if (isErasure) this.#listener.onErasure(event, first + place);
      const fields = isSealed ? sealedFieldsOf(event) : [];
      const payloads = isMoved ? payloadsOf(event) : [];
      if (fields.length + payloads.length > 0) sealed.push({ index: first + place, fields, payloads });
    }
    if (sealed.length > 0) this.#listener.onSealed(sealed);
  }
}

/** Payloads of free JSON. A text that was moved out has nothing sealed within it. */
function payloadsOf(event: unknown): MovedPayload[] {
  if (!isRecord(event)) return [];
  return PAYLOADS.flatMap((name) => {
    const value = event[name];
    return isBlobReference(value) ? [{ pointer: `/${name}`, sha256: value[BLOB_KEY].sha256 }] : [];
  });
}

/** None of a bundle that is damaged: the verifier names what is wrong with it. */
function entriesOf(bundle: Buffer): Buffer[] {
  try {
    return decodeBundle(bundle).map((entry) => Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength));
  } catch (error) {
    if (error instanceof TlogError) return [];
    throw error;
  }
}

function jsonOf(entry: Buffer): unknown {
  try {
    return JSON.parse(entry.toString('utf8'));
  } catch {
    return undefined;
  }
}

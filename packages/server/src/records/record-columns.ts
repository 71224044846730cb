import { PortFailure } from '../ports/failure.js';
import { MAX_RECORDS_PER_CHUNK } from '../ports/journal.js';
import {
  CHUNK_HEAD_BYTES,
  CHUNK_VERSION,
  ENTRY_LENGTH_AT,
  ID_LENGTH_AT,
  RECORD_HEADER_BYTES,
  SEALED_LENGTH_AT,
  TIME_AT,
} from './chunk-layout.js';
import { newRecordMemory, type RecordMemory } from './column-memory.js';
import { withRoom } from './with-room.js';

/**
 * The records of many chunks by columns: value i of each belongs to record i, and what lies behind `count` means
 * nothing. Ids and entries are copied out of their chunks, so that those can be let go at once; a record takes up 28
 * bytes beside its id, its entry and its sealed items, and no object.
 */
export class RecordColumns {
  count = 0;
  receivedAtNs = new BigInt64Array(0);
  timesNs = new BigInt64Array(0);
  /** In UTF-8, one after another: id i is from offset i up to offset i + 1. */
  ids: Uint8Array = new Uint8Array(0);
  idOffsets = new Uint32Array(1);
  /** In the same way. */
  entries: Uint8Array = new Uint8Array(0);
  entryOffsets = new Uint32Array(1);
  /** What lies beside the entries for their sealed fields, in UTF-8, in the same way; of no bytes where nothing does. */
  sealed: Uint8Array = new Uint8Array(0);
  sealedOffsets = new Uint32Array(1);
  readonly #memory: RecordMemory;

  constructor(memory = newRecordMemory()) {
    this.#memory = memory;
  }

  /** Adds the records of a chunk, and gives their tenant. Throws `corrupt` where it is not one of ours. */
  add(chunk: Uint8Array): string {
    try {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (view.getUint8(0) !== CHUNK_VERSION) throw new RangeError(`unknown version ${view.getUint8(0)}`);
      const tenantLength = view.getUint8(1);
      const count = view.getUint16(2 + tenantLength);
      if (count > MAX_RECORDS_PER_CHUNK) throw new RangeError(`${count} records in one chunk`);
      const headersAt = CHUNK_HEAD_BYTES + tenantLength;
      this.#readHeaders(view, headersAt, count);
      this.#copy(chunk, headersAt + count * RECORD_HEADER_BYTES, count);
      this.count += count;
      return Buffer.from(chunk.buffer, chunk.byteOffset + 2, tenantLength).toString('ascii');
    } catch (cause) {
      throw new PortFailure('corrupt', 'A chunk of the journal cannot be read', { cause });
    }
  }

  id(record: number): string {
    const { buffer, byteOffset } = this.ids;
    const start = this.idOffsets[record]!;
    return Buffer.from(buffer, byteOffset + start, this.idOffsets[record + 1]! - start).toString('utf8');
  }

  /** Whether two records have the same id, byte for byte. */
  haveSameId(one: number, other: number): boolean {
    const { ids, idOffsets } = this;
    const [ofOne, ofOther] = [idOffsets[one]!, idOffsets[other]!];
    const length = idOffsets[one + 1]! - ofOne;
    if (idOffsets[other + 1]! - ofOther !== length) return false;
    for (let i = 0; i < length; i++) if (ids[ofOne + i] !== ids[ofOther + i]) return false;
    return true;
  }

  /** A view of the entry's bytes, good until the next chunk is added. */
  entry(record: number): Uint8Array {
    return this.entries.subarray(this.entryOffsets[record], this.entryOffsets[record + 1]);
  }

  /** Undefined where nothing of the entry is sealed. */
  sealedItems(record: number): string | undefined {
    const [start, end] = [this.sealedOffsets[record]!, this.sealedOffsets[record + 1]!];
    const { buffer, byteOffset } = this.sealed;
    return start === end ? undefined : Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
  }

  #readHeaders(view: DataView, headersAt: number, count: number): void {
    this.receivedAtNs = withRoom(this.receivedAtNs, this.count + count);
    this.timesNs = withRoom(this.timesNs, this.count + count);
    this.idOffsets = withRoom(this.idOffsets, this.count + count + 1);
    this.entryOffsets = withRoom(this.entryOffsets, this.count + count + 1);
    this.sealedOffsets = withRoom(this.sealedOffsets, this.count + count + 1);
    for (let i = 0; i < count; i++) {
      const record = this.count + i;
      const at = headersAt + i * RECORD_HEADER_BYTES;
      this.receivedAtNs[record] = view.getBigInt64(at);
      this.timesNs[record] = view.getBigInt64(at + TIME_AT);
      this.idOffsets[record + 1] = this.idOffsets[record]! + view.getUint16(at + ID_LENGTH_AT);
      this.entryOffsets[record + 1] = this.entryOffsets[record]! + view.getUint32(at + ENTRY_LENGTH_AT);
      this.sealedOffsets[record + 1] = this.sealedOffsets[record]! + view.getUint32(at + SEALED_LENGTH_AT);
    }
  }

  /** Copies the ids, which are at this place of the chunk, the entries behind them, and behind these what is sealed. */
  #copy(chunk: Uint8Array, idsAt: number, count: number): void {
    const next = this.count + count;
    const [idStart, entryStart, sealedStart] = this.#offsetsAt(this.count);
    const [idEnd, entryEnd, sealedEnd] = this.#offsetsAt(next);
    const entriesAt = idsAt + idEnd - idStart;
    const sealedAt = entriesAt + entryEnd - entryStart;
    if (sealedAt + sealedEnd - sealedStart !== chunk.length)
      throw new RangeError('its records are not as long as it is');
    this.ids = withRoom(this.ids, idEnd);
    this.ids.set(chunk.subarray(idsAt, entriesAt), idStart);
    if (entryEnd > this.entries.length) this.entries = this.#memory.entries.grown(this.entries, entryStart, entryEnd);
    this.entries.set(chunk.subarray(entriesAt, sealedAt), entryStart);
    if (sealedEnd > this.sealed.length) this.sealed = this.#memory.sealed.grown(this.sealed, sealedStart, sealedEnd);
    this.sealed.set(chunk.subarray(sealedAt), sealedStart);
  }

  #offsetsAt(record: number): [id: number, entry: number, sealed: number] {
    return [this.idOffsets[record]!, this.entryOffsets[record]!, this.sealedOffsets[record]!];
  }
}

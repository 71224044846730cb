import { HASH_BYTES, leafHashInto } from '@attestlog/tlog';
import type { IdHash, IdHasher } from '../identity/id-hash.js';
import type { JournalChunk } from '../ports/journal.js';
import { positionOf } from '../ports/position.js';
import { newRecordMemory } from '../records/column-memory.js';
import { RecordColumns } from '../records/record-columns.js';
import { withRoom } from '../records/with-room.js';

/**
 * What can be said of chunks by themselves: their records, the hashes of the ids and of the leaves. All of it follows
 * from the journal alone, so it may be prepared before anything is decided about these chunks, and thrown away.
 */
export class PreparedBatch {
  /** Every chunk after this one, up to and including `through`, is in here. */
  readonly after: number;
  readonly records: RecordColumns;
  readonly tenants: string[] = [];
  /** The place in `tenants` of a record's tenant. */
  tenantOf = new Uint32Array(0);
  positions = new Float64Array(0);
  /** Of record i: 32 bytes from 32 × i. */
  leafHashes = new Uint8Array(0);
  /** The sequence of the last chunk. */
  through: number;
  /** Bytes of all chunks. */
  bytes = 0;
  readonly #hasher: IdHasher;
  readonly #tenantPlaces = new Map<string, number>();
  readonly #begunHashes: IdHash[] = [];
  #high = new Int32Array(0);
  #low = new Int32Array(0);

  constructor(after: number, hasher: IdHasher, memory = newRecordMemory()) {
    this.after = after;
    this.through = after;
    this.#hasher = hasher;
    this.records = new RecordColumns(memory);
  }

  /** Adds the next chunk. Throws `corrupt` where it cannot be read. */
  add({ sequence, bytes }: JournalChunk): void {
    const { records } = this;
    const first = records.count;
    const tenant = this.#placeOf(records.add(bytes));
    this.through = sequence;
    this.bytes += bytes.length;
    this.#makeRoom(records.count);
    this.tenantOf.fill(tenant, first, records.count);
    const hash: IdHash = { high: 0, low: 0 };
    for (let i = first; i < records.count; i++) {
      this.positions[i] = positionOf(sequence, i - first);
      const { ids, idOffsets, entries, entryOffsets } = records;
      this.#hasher.hashBytes(this.#begunHashes[tenant]!, ids, idOffsets[i]!, idOffsets[i + 1]!, hash);
      this.#high[i] = hash.high;
      this.#low[i] = hash.low;
      leafHashInto(entries, entryOffsets[i]!, entryOffsets[i + 1]!, this.leafHashes, i * HASH_BYTES);
    }
  }

  /** Writes the hash of a record's (tenant, id) to `out`. */
  idHash(record: number, out: IdHash): void {
    out.high = this.#high[record]!;
    out.low = this.#low[record]!;
  }

  /** Whether two records are of the same tenant and have the same id. */
  haveSameId(one: number, other: number): boolean {
    return (
      this.#low[one] === this.#low[other] &&
      this.#high[one] === this.#high[other] &&
      this.tenantOf[one] === this.tenantOf[other] &&
      this.records.haveSameId(one, other)
    );
  }

  #makeRoom(count: number): void {
    this.tenantOf = withRoom(this.tenantOf, count);
    this.positions = withRoom(this.positions, count);
    this.leafHashes = withRoom(this.leafHashes, count * HASH_BYTES);
    this.#high = withRoom(this.#high, count);
    this.#low = withRoom(this.#low, count);
  }

  #placeOf(tenant: string): number {
    const known = this.#tenantPlaces.get(tenant);
    if (known !== undefined) return known;
    this.#begunHashes.push(this.#hasher.begin(tenant));
    this.#tenantPlaces.set(tenant, this.tenants.length);
    return this.tenants.push(tenant) - 1;
  }
}

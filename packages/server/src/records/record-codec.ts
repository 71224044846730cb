import { PortFailure } from '../ports/failure.js';
import { MAX_CHUNK_BYTES, MAX_RECORDS_PER_CHUNK } from '../ports/journal.js';
import { CHUNK_HEAD_BYTES, CHUNK_VERSION, RECORD_HEADER_BYTES, TARGET_CHUNK_BYTES } from './chunk-layout.js';
import { RecordColumns } from './record-columns.js';

/** An accepted event as it waits in the journal; `chunk-layout.ts` says how. */
export interface JournalRecord {
  id: string;
  timeNs: bigint;
  receivedAtNs: bigint;
  entry: Uint8Array;
  /** What lies beside the entry for its sealed fields (`formatSealedItems`); undefined: none of them is sealed. */
  sealed: string | undefined;
}

export interface DecodedChunk {
  tenant: string;
  records: JournalRecord[];
}

/**
 * Packs records of one tenant into as few chunks as their target size allows, keeping their order.
 * Record i of chunk j is at place i of that chunk.
 */
export function encodeChunks(tenant: string, records: readonly JournalRecord[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const tenantBytes = Buffer.from(tenant, 'ascii');
  let start = 0;
  while (start < records.length) {
    let bytes = CHUNK_HEAD_BYTES + tenantBytes.length;
    let end = start;
    while (end < records.length && end - start < MAX_RECORDS_PER_CHUNK) {
      const record = records[end]!;
      const size = RECORD_HEADER_BYTES + Buffer.byteLength(record.id) + record.entry.length + sealedBytes(record);
      if (end > start && bytes + size > TARGET_CHUNK_BYTES) break;
      bytes += size;
      end += 1;
    }
    if (bytes > MAX_CHUNK_BYTES) throw new PortFailure('refused', `A record of ${bytes} bytes does not fit a chunk`);
    chunks.push(encodeChunk(tenantBytes, records.slice(start, end), bytes));
    start = end;
  }
  return chunks;
}

/** How many records of `total` lie in each chunk that {@link encodeChunks} made: read from the chunks themselves. */
export function recordCount(chunk: Uint8Array): number {
  const tenantLength = chunk[1]!;
  return chunk[2 + tenantLength]! * 256 + chunk[3 + tenantLength]!;
}

function sealedBytes({ sealed }: JournalRecord): number {
  return sealed === undefined ? 0 : Buffer.byteLength(sealed);
}

function encodeChunk(tenant: Buffer, records: readonly JournalRecord[], bytes: number): Uint8Array {
  const chunk = Buffer.allocUnsafe(bytes);
  chunk[0] = CHUNK_VERSION;
  chunk[1] = tenant.length;
  tenant.copy(chunk, 2);
  let at = chunk.writeUInt16BE(records.length, 2 + tenant.length);
  let idAt = at + records.length * RECORD_HEADER_BYTES;
  for (const record of records) {
    const { id, timeNs, receivedAtNs, entry } = record;
    at = chunk.writeBigInt64BE(receivedAtNs, at);
    at = chunk.writeBigInt64BE(timeNs, at);
    const idLength = chunk.write(id, idAt, 'utf8');
    idAt += idLength;
    at = chunk.writeUInt16BE(idLength, at);
    at = chunk.writeUInt32BE(entry.length, at);
    at = chunk.writeUInt32BE(sealedBytes(record), at);
  }
  let sealedAt = copyEntries(records, chunk, idAt);
  for (const { sealed } of records) if (sealed !== undefined) sealedAt += chunk.write(sealed, sealedAt, 'utf8');
  return chunk;
}

/** Entries that already lie side by side, as those of one request do, are copied at once. @returns where they end */
function copyEntries(records: readonly JournalRecord[], chunk: Buffer, start: number): number {
  let at = start;
  let first = 0;
  for (let i = 1; i <= records.length; i++) {
    const { entry } = records[i - 1]!;
    const next = records[i]?.entry;
    if (next?.buffer === entry.buffer && next.byteOffset === entry.byteOffset + entry.length) continue;
    const from = records[first]!.entry;
    const length = entry.byteOffset + entry.length - from.byteOffset;
    chunk.set(new Uint8Array(from.buffer, from.byteOffset, length), at);
    at += length;
    first = i;
  }
  return at;
}

/** Reads a chunk back. Throws `corrupt` where it is not one of ours. */
export function decodeChunk(bytes: Uint8Array): DecodedChunk {
  const columns = new RecordColumns();
  const tenant = columns.add(bytes);
  const records = Array.from({ length: columns.count }, (_, i) => ({
    id: columns.id(i),
    timeNs: columns.timesNs[i]!,
    receivedAtNs: columns.receivedAtNs[i]!,
    entry: columns.entry(i),
    sealed: columns.sealedItems(i),
  }));
  return { tenant, records };
}

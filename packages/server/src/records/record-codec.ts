import { PortFailure } from '../ports/failure.js';
import { MAX_CHUNK_BYTES, MAX_RECORDS_PER_CHUNK } from '../ports/journal.js';

/**
 * How accepted events lie in a chunk of the journal.
 *
 * Chunk: version (1 byte, 1), tenant length (1 byte), tenant (ASCII), record count (uint16), then the records.
 * Record: received_at and time in nanoseconds since the epoch (2 × int64), id length (uint16), entry length (uint32),
 * id (UTF-8), entry. All integers are big-endian.
 */
export interface JournalRecord {
  id: string;
  timeNs: bigint;
  receivedAtNs: bigint;
  entry: Uint8Array;
}

export interface DecodedChunk {
  tenant: string;
  records: JournalRecord[];
}

const VERSION = 1;
const RECORD_HEADER_BYTES = 8 + 8 + 2 + 4;
/** Small enough that a chunk costs the journal few pages, large enough that the per-chunk cost does not show. */
const TARGET_CHUNK_BYTES = 32_768;

/**
 * Packs records of one tenant into as few chunks as their target size allows, keeping their order.
 * Record i of chunk j is at place i of that chunk.
 */
export function encodeChunks(tenant: string, records: readonly JournalRecord[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const tenantBytes = Buffer.from(tenant, 'ascii');
  let start = 0;
  while (start < records.length) {
    let bytes = 4 + tenantBytes.length;
    let end = start;
    const sizes: number[] = [];
    while (end < records.length && end - start < MAX_RECORDS_PER_CHUNK) {
      const record = records[end]!;
      const size = RECORD_HEADER_BYTES + Buffer.byteLength(record.id) + record.entry.length;
      if (end > start && bytes + size > TARGET_CHUNK_BYTES) break;
      bytes += size;
      sizes.push(size);
      end += 1;
    }
    if (bytes > MAX_CHUNK_BYTES) throw new PortFailure('refused', `A record of ${bytes} bytes does not fit a chunk`);
    chunks.push(encodeChunk(tenantBytes, records, start, end, bytes));
    start = end;
  }
  return chunks;
}

/** How many records of `total` lie in each chunk that {@link encodeChunks} made: read from the chunks themselves. */
export function recordCount(chunk: Uint8Array): number {
  const tenantLength = chunk[1]!;
  return chunk[2 + tenantLength]! * 256 + chunk[3 + tenantLength]!;
}

function encodeChunk(
  tenant: Buffer,
  records: readonly JournalRecord[],
  start: number,
  end: number,
  bytes: number,
): Uint8Array {
  const chunk = Buffer.allocUnsafe(bytes);
  chunk[0] = VERSION;
  chunk[1] = tenant.length;
  tenant.copy(chunk, 2);
  let at = chunk.writeUInt16BE(end - start, 2 + tenant.length);
  for (let i = start; i < end; i++) {
    const { id, timeNs, receivedAtNs, entry } = records[i]!;
    at = chunk.writeBigInt64BE(receivedAtNs, at);
    at = chunk.writeBigInt64BE(timeNs, at);
    const idLength = chunk.write(id, at + 6, 'utf8');
    at = chunk.writeUInt16BE(idLength, at);
    at = chunk.writeUInt32BE(entry.length, at) + idLength;
    chunk.set(entry, at);
    at += entry.length;
  }
  return chunk;
}

/** Reads a chunk back. Entries are views of its bytes. Throws `corrupt` where it is not one of ours. */
export function decodeChunk(bytes: Uint8Array): DecodedChunk {
  const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (chunk[0] !== VERSION) throw new RangeError(`unknown version ${chunk[0]}`);
    const tenantEnd = 2 + chunk[1]!;
    const tenant = chunk.toString('ascii', 2, tenantEnd);
    const count = chunk.readUInt16BE(tenantEnd);
    if (count > MAX_RECORDS_PER_CHUNK) throw new RangeError(`${count} records in one chunk`);
    const records: JournalRecord[] = new Array(count);
    let at = tenantEnd + 2;
    for (let i = 0; i < count; i++) {
      const receivedAtNs = chunk.readBigInt64BE(at);
      const timeNs = chunk.readBigInt64BE(at + 8);
      const idEnd = at + RECORD_HEADER_BYTES + chunk.readUInt16BE(at + 16);
      const entryEnd = idEnd + chunk.readUInt32BE(at + 18);
      if (entryEnd > chunk.length) throw new RangeError('a record runs over the end');
      records[i] = {
        id: chunk.toString('utf8', at + RECORD_HEADER_BYTES, idEnd),
        timeNs,
        receivedAtNs,
        entry: chunk.subarray(idEnd, entryEnd),
      };
      at = entryEnd;
    }
    if (at !== chunk.length) throw new RangeError('bytes follow the last record');
    return { tenant, records };
  } catch (cause) {
    throw new PortFailure('corrupt', 'A chunk of the journal cannot be read', { cause });
  }
}

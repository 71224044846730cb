import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortFailure } from '../ports/failure.js';
import { MAX_CHUNK_BYTES, MAX_RECORDS_PER_CHUNK } from '../ports/journal.js';
import { CHUNK_VERSION } from './chunk-layout.js';
import { decodeChunk, encodeChunks, type JournalRecord, recordCount } from './record-codec.js';

const nanoseconds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const record = fc.record({
  id: fc.string({ minLength: 1, maxLength: 128, unit: fc.constantFrom(...'aZ09-_.:é') }),
  timeNs: nanoseconds,
  receivedAtNs: nanoseconds,
  entry: fc.uint8Array({ maxLength: 300 }),
  sealed: fc.option(fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }), { nil: undefined }),
});
const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);

function smallRecord(place: number, entryBytes = 0): JournalRecord {
  return {
    id: `r${place}`,
    timeNs: BigInt(place),
    receivedAtNs: -1n,
    entry: new Uint8Array(entryBytes),
    sealed: undefined,
  };
}

/** What a chunk holds, or `corrupt`. Any other failure comes through. */
function outcomeOf(chunk: Uint8Array): 'corrupt' | number {
  try {
    return decodeChunk(chunk).records.length;
  } catch (error) {
    if (error instanceof PortFailure && error.kind === 'corrupt') return 'corrupt';
    throw error;
  }
}

describe('round trip', () => {
  test('records come back from their chunks as they were, in their order', () => {
    fc.assert(
      fc.property(tenant, fc.array(record, { maxLength: 60 }), (name, records) => {
        const chunks = encodeChunks(name, records);
        const decoded = chunks.map(decodeChunk);
        expect(decoded.every((chunk) => chunk.tenant === name)).toBe(true);
        const back = decoded.flatMap((chunk) => chunk.records);
        expect(back.map((each) => ({ ...each, entry: Uint8Array.from(each.entry) }))).toEqual(records);
        expect(chunks.map(recordCount)).toEqual(decoded.map((chunk) => chunk.records.length));
      }),
    );
  });

  test('a chunk that is a view into other bytes is read as well', () => {
    const [chunk] = encodeChunks('acme', [smallRecord(1, 10)]);
    const around = new Uint8Array(chunk!.length + 20).fill(0xee);
    around.set(chunk!, 7);
    expect(decodeChunk(around.subarray(7, 7 + chunk!.length)).records[0]!.id).toBe('r1');
  });
});

describe('bounds', () => {
  test('no chunk holds more records than one may', () => {
    const chunks = encodeChunks(
      'a',
      Array.from({ length: 2 * MAX_RECORDS_PER_CHUNK + 1 }, (_, i) => smallRecord(i)),
    );
    expect(chunks.every((chunk) => recordCount(chunk) <= MAX_RECORDS_PER_CHUNK)).toBe(true);
    expect(chunks.reduce((sum, chunk) => sum + recordCount(chunk), 0)).toBe(2 * MAX_RECORDS_PER_CHUNK + 1);
  });

  test('the largest entry fits a chunk, and no chunk is larger than it needs to be', () => {
    const chunks = encodeChunks('a', [smallRecord(0, 65_535), smallRecord(1), smallRecord(2)]);
    expect(chunks.map(recordCount)).toEqual([1, 2]);
  });

  test('a record that fits no chunk is refused', () => {
    expect(() => encodeChunks('a', [smallRecord(0, MAX_CHUNK_BYTES)])).toThrow(
      expect.objectContaining({ kind: 'refused' }),
    );
  });

  test('a chunk that says it holds more records than one may is corrupt', () => {
    const bytes = Buffer.alloc(4 + 26 * 1025);
    bytes[0] = CHUNK_VERSION;
    bytes.writeUInt16BE(1025, 2);
    expect(outcomeOf(bytes)).toBe('corrupt');
  });
});

describe('damage', () => {
  const [whole] = encodeChunks('acme', [smallRecord(1, 40), smallRecord(2, 0), smallRecord(3, 7)]);

  test('every truncation is corrupt', () => {
    for (let length = 0; length < whole!.length; length++)
      expect(outcomeOf(whole!.subarray(0, length))).toBe('corrupt');
  });

  test('bytes after the last record are corrupt', () => {
    expect(outcomeOf(Buffer.concat([whole!, Buffer.alloc(1)]))).toBe('corrupt');
  });

  test('any change gives another chunk or is corrupt, and never anything else', () => {
    fc.assert(
      fc.property(fc.nat(whole!.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Uint8Array.from(whole!);
        changed[at] = byte;
        const outcome = outcomeOf(changed);
        expect(outcome === 'corrupt' || outcome <= MAX_RECORDS_PER_CHUNK).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('arbitrary bytes are corrupt, or a chunk', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, versioned) => {
        if (versioned && bytes.length > 0) bytes[0] = CHUNK_VERSION;
        outcomeOf(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});

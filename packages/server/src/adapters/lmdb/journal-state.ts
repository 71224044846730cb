import { PortFailure } from '../../ports/failure.js';
import { decodeRecord, encodeRecord } from './checked-record.js';
import type { Database } from './environment.js';

/**
 * Where the journal begins and ends. It is read from the file when that is opened, and never costs an append a write of
 * its own: each chunk's record carries the running total of bytes, and what was trimmed is written only by a trim.
 */
export interface JournalState {
  lastSequence: number;
  /** Bytes of all chunks ever appended. */
  totalBytes: number;
  trimmedThrough: number;
  /** Bytes of all chunks ever trimmed. */
  trimmedBytes: number;
}

/** Sorts before every chunk's key, which has eight bytes. */
const TRIMMED_KEY = Buffer.from([0]);

export function chunkKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(sequence));
  return key;
}

/** Reads the state from the file. Fails with `corrupt` when the last chunk or the note of what was trimmed is damaged. */
export function readState(database: Database): JournalState {
  const state = readTrimmed(database);
  for (const key of database.getKeys({ reverse: true, limit: 1 })) {
    if (key.length !== 8) break;
    const sequence = Number(key.readBigUInt64BE());
    const record = decodeRecord(key, database.getBinary(key) as Buffer);
    if (!record) throw new PortFailure('corrupt', `journal: chunk ${sequence} is damaged`);
    state.lastSequence = sequence;
    state.totalBytes = record.number;
  }
  return state;
}

export function writeTrimmed(database: Database, state: JournalState): void {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeBigUInt64BE(BigInt(state.trimmedThrough), 0);
  bytes.writeBigUInt64BE(BigInt(state.lastSequence), 8);
  database.put(TRIMMED_KEY, encodeRecord(TRIMMED_KEY, { number: state.trimmedBytes, bytes }));
}

function readTrimmed(database: Database): JournalState {
  const value = database.getBinary(TRIMMED_KEY);
  if (!value) return { lastSequence: 0, totalBytes: 0, trimmedThrough: 0, trimmedBytes: 0 };
  const record = decodeRecord(TRIMMED_KEY, value);
  if (!record) throw new PortFailure('corrupt', 'journal: the note of what was trimmed is damaged');
  const bytes = Buffer.from(record.bytes);
  const trimmedThrough = Number(bytes.readBigUInt64BE(0));
  // Nothing is held behind this note, or there are chunks after it, which then say what the totals are.
  const lastSequence = Number(bytes.readBigUInt64BE(8));
  return { lastSequence, totalBytes: record.number, trimmedThrough, trimmedBytes: record.number };
}

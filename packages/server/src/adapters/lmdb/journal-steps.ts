import { encodeRecord } from './checked-record.js';
import type { Database } from './environment.js';
import { chunkKey, type JournalState } from './journal-state.js';

/** Chunks removed in one transaction, so that a long trim never holds up appends for long. */
export const MAX_TRIMMED_PER_COMMIT = 256;
/** What a chunk weighs beside its bytes, so that many small ones also end a group. */
const CHUNK_OVERHEAD_BYTES = 64;

/** A part of a commit: it takes its place in the state to be, and returns what is to be written. */
export interface Step {
  /** What it counts towards the size of a commit. */
  bytes: number;
  trims: boolean;
  /** @param take memory for what is written, good until the commit has ended */
  stage(state: JournalState, take: (length: number) => Buffer): Staged;
}

interface Staged {
  write(database: Database): void;
  sequences: number[];
}

/** Appends the chunks of one call. `bytes` is their size. */
export function appendStep(chunks: readonly Uint8Array[], bytes: number): Step {
  return {
    bytes: bytes + chunks.length * CHUNK_OVERHEAD_BYTES,
    trims: false,
    stage(state, take) {
      const entries = chunks.map((chunk) => {
        state.lastSequence += 1;
        state.totalBytes += chunk.length;
        const key = chunkKey(state.lastSequence);
        return { key, value: encodeRecord(key, { number: state.totalBytes, bytes: chunk }, take) };
      });
      const last = state.lastSequence;
      return {
        sequences: chunks.map((_, place) => last - chunks.length + 1 + place),
        write(database) {
          for (const { key, value } of entries) database.put(key, value);
        },
      };
    },
  };
}

/** Removes all up to and including a sequence; `totalBytesThrough` are those of all chunks ever appended up to it. */
export function trimStep(through: number, totalBytesThrough: number): Step {
  return {
    bytes: MAX_TRIMMED_PER_COMMIT * CHUNK_OVERHEAD_BYTES,
    trims: true,
    stage(state) {
      const first = state.trimmedThrough + 1;
      if (through >= first) {
        state.trimmedThrough = through;
        state.trimmedBytes = totalBytesThrough;
      }
      return {
        sequences: [],
        write(database) {
          for (let sequence = first; sequence <= through; sequence += 1) database.remove(chunkKey(sequence));
        },
      };
    },
  };
}

/** For the list of the pages that a trim frees: 8 bytes for each of 245 pages of 256 chunks, and what it copies. */
const TRIM_ROOM_BYTES = 768 * 1024;

/**
 * Room in the file that a commit of these steps may need: each value in pages of its own, and the paths to them. An
 * append leaves the room of a trim behind, so that a full journal can be trimmed where the disk is full.
 */
export function roomFor(steps: readonly Step[]): number {
  const appended = steps.reduce((sum, { bytes, trims }) => sum + (trims ? 0 : bytes), 0);
  return appended === 0 ? TRIM_ROOM_BYTES : 2 * appended + 2 * TRIM_ROOM_BYTES;
}

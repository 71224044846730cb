import { MAX_RECORDS_PER_CHUNK } from './journal.js';

/** A place in the journal, as one number: sequence × 1024 + place in the chunk. Increases, not dense. */
export type Position = number;

/** The position of the record at a place (from 0) of the chunk with this sequence. */
export function positionOf(sequence: number, place: number): Position {
  return sequence * MAX_RECORDS_PER_CHUNK + place;
}

/** The sequence of the chunk that a position lies in. */
export function sequenceOf(position: Position): number {
  return Math.floor(position / MAX_RECORDS_PER_CHUNK);
}

/** The place in its chunk, from 0, that a position names. */
export function placeOf(position: Position): number {
  return position % MAX_RECORDS_PER_CHUNK;
}

/** The smallest position that no record up to and including this sequence has. */
export function positionAfter(sequence: number): Position {
  return positionOf(sequence + 1, 0);
}

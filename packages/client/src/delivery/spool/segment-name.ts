const NAME = /^(\d{8})\.events$/;

/** Segments of a spool are numbered from 1 in the order in which they were written. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.events`;
}

/** The numbers of the segments among the files of a folder, ascending. */
export function segmentNumbers(names: readonly string[]): number[] {
  const numbers = names.flatMap((name) => {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => a - b);
}

/** A place in a spool. `end` counts bytes from the start of the segment. */
export interface SpoolPosition {
  readonly segment: number;
  readonly end: number;
}

/** Segments are smaller than this, so that places of one spool are numbers in their order. */
const SEGMENT_MAX_BYTES = 2 ** 32;

export function placeOf({ segment, end }: SpoolPosition): number {
  return segment * SEGMENT_MAX_BYTES + end;
}

import type { SpoolPosition } from './segment-name.js';

/** Room for a position and for what says that it is whole. */
export const POSITION_SLOT_BYTES = 64;
export const POSITION_FILE = 'position';

export function positionText({ segment, end }: SpoolPosition): string {
  return `${segment} ${end}`;
}

/** The beginning of the first segment for a text that is no position: what is sent again is known to the server. */
export function parsePosition(text: string | undefined): SpoolPosition {
  const [, segment, end] = /^(\d+) (\d+)$/.exec(text ?? '') ?? [];
  return segment === undefined ? { segment: 1, end: 0 } : { segment: Number(segment), end: Number(end) };
}

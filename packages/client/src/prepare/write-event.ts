import { canonicalJson, UnacceptableJsonError } from '@attestlog/event/sdk';
import { acceptableValue } from './acceptable-value.js';

/** Characters of an event's text; what is longer could not be sent by any request. */
export const EVENT_MAX_CHARS = 16 * 1024 * 1024;

/**
 * Canonical JSON in whatever way is fast on a platform: what `canonicalJson` gives. Undefined for what it does not write:
 * then `canonicalJson` is asked, which decides.
 */
export type WriteText = (event: object) => string | undefined;

export interface WrittenEvent {
  readonly json: string;
  /** Whether a value had to be changed to become JSON: see {@link acceptableValue}. */
  readonly mended: boolean;
}

/** The event's canonical JSON. Values that have none are mended first; an event is not lost for them. */
export function writeEvent(event: object, writeText?: WriteText): WrittenEvent {
  const text = writeText?.(event);
  if (text !== undefined) return { json: text, mended: false };
  try {
    return { json: canonicalJson(event), mended: false };
  } catch (error) {
    if (!(error instanceof UnacceptableJsonError)) throw error;
    return { json: canonicalJson(acceptableValue(event)), mended: true };
  }
}

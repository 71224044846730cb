import { pointerSegments, replaceValues } from '@attestlog/event';
import { isRecord } from '../http/problem-details.js';

/**
 * An event for people: in the places of sealed fields stands what the server shows of them to this reader, the value or
 * its mask, or that it was erased. What cannot be made sense of stays as it is.
 *
 * @param personal as the server gives it: `[{pointer, state, value?}]`
 */
export function shownEvent(event: unknown, personal: unknown): unknown {
  if (!isRecord(event) || !Array.isArray(personal)) return event;
  let shown = event;
  for (const field of personal) {
    const path = isRecord(field) && typeof field.pointer === 'string' ? pointerSegments(field.pointer) : undefined;
    if (path === undefined) continue;
    const { value, state } = field as Record<string, unknown>;
    try {
      shown = replaceValues(shown, [{ path, value: value ?? `(${String(state)})` }]);
    } catch (error) {
      // A payload that lies elsewhere: its places are not in the event.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return shown;
}

import { canonicalJson, UnacceptableJsonError } from '@attestlog/event';

/**
 * The entry of an event that came as parsed JSON. Entries are canonical JSON (RFC 8785), which writes a value in one
 * way only, so this gives back the stored bytes. What could be no entry of ours is written as ordinary JSON.
 */
export function entryText(event: unknown): string {
  try {
    return canonicalJson(event);
  } catch (error) {
    if (error instanceof UnacceptableJsonError) return JSON.stringify(event) ?? 'null';
    throw error;
  }
}

import { canonicalJson, UnacceptableJsonError } from '@attestlog/event';
import type { FoundEvent } from './event-pages.js';

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

/** An event with its place, as one JSON document: the entry's bytes as they are stored, and what stands beside it. */
export function foundEventText({ index, position, event, personal }: FoundEvent): string {
  const place = `"index":${JSON.stringify(index)},"position":${JSON.stringify(position ?? null)}`;
  const beside = personal === undefined ? '' : `,"personal":${JSON.stringify(personal)}`;
  return `{${place},"event":${entryText(event)}${beside}}`;
}

/** One event in the table, in bytes of UTF-8. The server moves large payloads out of entries, so this is more than an entry. */
export const EVENT_MAX_BYTES = 1024 * 1024;
/**
 * Streams are spread over so many lanes. A lane is delivered by one relay at a time, so this is also how many relays can
 * be busy at once. Fixed, since another number would put the events of a stream into two lanes.
 */
export const LANES = 16;

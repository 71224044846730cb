/**
 * How accepted events lie in a chunk of the journal; all of them are one tenant's. Integers are big-endian.
 *
 * Version (1 byte, 3), tenant length (1 byte), tenant (ASCII), record count (uint16); for each record received_at and
 * time in nanoseconds since the epoch (2 × int64), id length (uint16), entry length (uint32), length of the
 * sealed items (uint32; 0: none); then the ids (UTF-8) of all records; then their entries; then their sealed items
 * (UTF-8). So all entries of a chunk are copied at once.
 */
export const CHUNK_VERSION = 3;

/** Before the headers of the records, beside the tenant. */
export const CHUNK_HEAD_BYTES = 4;

export const RECORD_HEADER_BYTES = 8 + 8 + 2 + 4 + 4;

/** Places in a record's header. */
export const TIME_AT = 8;
export const ID_LENGTH_AT = 16;
export const ENTRY_LENGTH_AT = 18;
export const SEALED_LENGTH_AT = 22;

/** Small enough that a chunk costs the journal few pages, large enough that the per-chunk cost does not show. */
export const TARGET_CHUNK_BYTES = 32_768;

/**
 * Every limit on an event, with its unit in its name. "Chars" are UTF-16 code units (what `string.length` counts);
 * "bytes" are bytes of UTF-8. At a limit the event is refused with the problem that names the field; nothing is cut.
 */

/** The entry: an event's canonical JSON. Fits the 16-bit length prefix of a log's entry. Larger payloads become blobs. */
export const ENTRY_MAX_BYTES = 65_535;
/** One payload that was moved out of the entry. */
export const BLOB_MAX_BYTES = 16 * 1024 * 1024;
/** Arrays and objects inside one another, the event itself being the first level. */
export const JSON_MAX_DEPTH_LEVELS = 64;
/** Integers beyond this are to be sent as strings: JSON readers round them without a word. */
export const JSON_MAX_INTEGER = Number.MAX_SAFE_INTEGER;

export const ID_MAX_CHARS = 128;
export const ACTION_MAX_CHARS = 256;
/** Identifiers that others gave: actors, targets, sessions, requests, traces, checksums. */
export const REFERENCE_MAX_CHARS = 1_024;
/** Words of a vocabulary: category, actor type, target type, region. */
export const WORD_MAX_CHARS = 256;
export const NAME_MAX_CHARS = 1_024;
/** The longest address that RFC 5321 allows. */
export const EMAIL_MAX_CHARS = 320;
export const IP_MAX_CHARS = 64;
export const USER_AGENT_MAX_CHARS = 2_048;
export const REASON_MAX_CHARS = 2_048;
export const MESSAGE_MAX_CHARS = 16_384;
export const PATH_MAX_CHARS = 8_192;
export const TARGETS_MAX_ITEMS = 64;
export const RETENTION_MIN_DAYS = 1;
export const RETENTION_MAX_DAYS = 36_500;

/** At most so many problems are reported for one event; a hostile event cannot make an answer of any size. */
export const PROBLEMS_MAX_ITEMS = 20;

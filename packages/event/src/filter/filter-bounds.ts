/** Limits on filters. "Chars" are UTF-16 code units. At a limit the filter is refused with the problem that says so. */

/** A filter in the search syntax. Room for all that a tree can hold, with its escapes. */
export const FILTER_TEXT_MAX_CHARS = 32_768;
/** All texts of a tree together: values, parts, words, networks and the names of fields. */
export const FILTER_MAX_CHARS = 8_192;
export const FILTER_MAX_NODES = 256;
/** Nodes inside one another, a condition alone being the first level. */
export const FILTER_MAX_DEPTH_LEVELS = 16;
/** Values or networks of one condition. */
export const FILTER_LIST_MAX_ITEMS = 256;
export const FILTER_VALUE_MAX_CHARS = 2_048;
/** Parts of a pattern: one more than its stars. */
export const FILTER_PATTERN_MAX_PARTS = 16;
/** Words of one phrase. */
export const FILTER_PHRASE_MAX_WORDS = 32;
/** Keys of a path into free JSON, `metadata` being the first. */
export const FILTER_PATH_MAX_STEPS = 16;

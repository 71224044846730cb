/** `noun.verb`: at least two parts of lower-case letters, digits, `_` and `-`, joined by dots. */
export const ACTION_PATTERN = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)+$/;
/** Visible ASCII without spaces, so that an id can stand in a URL, a header and a log line. */
export const ID_PATTERN = /^[\x21-\x7e]+$/;

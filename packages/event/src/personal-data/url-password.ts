const PART_MAX_CHARS = 256;

/** What stands before the host of a URL (RFC 3986, section 3.2.1). */
export interface UserInformation {
  /** Place after its `@`. */
  end: number;
  /** The password, where there is one. */
  password?: { start: number; end: number };
}

/**
 * The user and the password of a URL.
 *
 * @param start place after the `://`
 */
export function userInformation(text: string, start: number): UserInformation | undefined {
  let colon: number | undefined;
  const limit = Math.min(text.length, start + 2 * PART_MAX_CHARS);
  for (let index = start; index < limit; index++) {
    switch (text.charCodeAt(index)) {
      case 0x3a: // :
        colon ??= index;
        break;
      case 0x40: // @
        if (colon === undefined || isPlaceholder(text, colon + 1, index)) return { end: index + 1 };
        return { end: index + 1, password: { start: colon + 1, end: index } };
      case 0x20: // space
      case 0x09: // tab
      case 0x0a: // line feed
      case 0x0d: // carriage return
      case 0x22: // "
      case 0x27: // '
      case 0x2f: // /
      case 0x3c: // <
      case 0x3e: // >
      case 0x3f: // ?
      case 0x23: // #
      case 0x5b: // [
        return undefined;
    }
  }
  return undefined;
}

/** Nothing, stars (`***`), or a variable to be filled in (`${NAME}`, `{name}`). */
function isPlaceholder(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (start === end || first === 0x24 || first === 0x7b) return true;
  return text.slice(start, end).includes('***');
}

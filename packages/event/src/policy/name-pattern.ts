/** The longest name or pattern, in UTF-16 code units. It bounds the work of a comparison. */
export const PATTERN_MAX_CHARS = 256;

/**
 * Whether a name fits a pattern, in which `*` stands for any characters, or none. Both are to be folded before
 * ({@link foldCase}). The work is at most the product of the two lengths, which both are bounded.
 */
export function fits(name: string, pattern: string): boolean {
  if (!pattern.includes('*')) return name === pattern;
  let inName = 0;
  let inPattern = 0;
  let star = -1;
  let resumeAt = 0;
  while (inName < name.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      resumeAt = inName;
    } else if (inPattern < pattern.length && pattern[inPattern] === name[inName]) {
      inPattern++;
      inName++;
    } else if (star >= 0) {
      // The last star takes one character more. The stars before it need not be tried again.
      inPattern = star + 1;
      inName = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** Lower case for the letters A to Z only, which every language does alike; others differ in theirs. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

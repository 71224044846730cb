/**
 * Tells whether a text is these parts with anything between them. Each part is looked for once, from the left: where
 * a pattern of stars fits at all, the first place of each part does.
 */
export function patternMatcher(parts: readonly string[]): (text: string) => boolean {
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at + last.length <= text.length;
  };
}

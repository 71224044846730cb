/**
 * Text from a log on a terminal. Whoever can write an event can put control characters into it; unseen, they could
 * move the cursor, recolour or hide what the reader sees.
 */

// Controls, bidirectional overrides and isolates, line and paragraph separators, zero-width characters, tags.
const UNSAFE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** `text` with every character that is not plainly visible shown as `\u{hex}`. Lone surrogates become U+FFFD. */
export function safeText(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

// Wide in every terminal: CJK, kana, hangul, full-width forms, emoji shown as pictures.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const COMBINING = /\p{M}/u;

function columnsOf(character: string): number {
  if (character <= '~') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Terminal columns that `text` takes; `text` must be safe. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** `text` in at most `columns` columns, with `…` for what was cut. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let cut = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return columns > 0 ? `${cut}…` : '';
}

/** `text` in exactly `columns` columns. */
export function fit(text: string, columns: number): string {
  const cut = truncate(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - displayWidth(cut)));
}

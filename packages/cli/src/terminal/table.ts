import { displayWidth, fit, safeText } from './safe-text.js';

const GAP = '  ';

/** A column: its title, and the fewest characters that it is cut to when the terminal is narrow. */
export interface Column {
  readonly title: string;
  readonly minWidth: number;
}

/**
 * Widths of the columns for these rows, so that a line fits `maxWidth` columns: the widest give way first, none below
 * its minimum. Without `maxWidth` nothing is cut.
 */
export function columnWidths(columns: readonly Column[], rows: readonly string[][], maxWidth?: number): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(safeText(row[at] ?? ''))), title.length),
  );
  if (maxWidth === undefined) return widths;
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1)) - maxWidth;
  while (excess > 0) {
    const widest = widths.reduce((best, width, at) => {
      const shrinkable = width > columns[at]!.minWidth;
      return shrinkable && (best < 0 || width > widths[best]!) ? at : best;
    }, -1);
    if (widest < 0) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}

/**
 * One line of cells at these widths, without trailing blanks. Cells are made safe for a terminal.
 * @param cut whether cells that are too long are cut; else they push the others to the right
 */
export function tableLine(cells: readonly string[], widths: readonly number[], cut: boolean): string {
  const parts = widths.map((width, at) => {
    const text = safeText(cells[at] ?? '');
    return cut ? fit(text, width) : text + ' '.repeat(Math.max(0, width - displayWidth(text)));
  });
  return parts.join(GAP).trimEnd();
}

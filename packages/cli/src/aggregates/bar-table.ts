import type { CommandContext } from '../context.js';
import { displayWidth } from '../terminal/safe-text.js';
import { styleFor } from '../terminal/style.js';
import { columnWidths, tableLine } from '../terminal/table.js';

const BAR_MAX_COLUMNS = 40;
const BAR_MIN_COLUMNS = 8;
const CELL_MIN_COLUMNS = 6;
const GAP_COLUMNS = 2;
/** From nothing to a whole block by eighths. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A row of cells, and how long its bar is compared with those of the others. */
export interface BarRow {
  readonly cells: readonly string[];
  /** null: it has no bar. */
  readonly size: number | null;
}

/** A table with a bar behind each row, as text. Bars are for people: a pipe gets the table alone, uncut. */
export function barTable(
  titles: readonly string[],
  rows: readonly BarRow[],
  context: CommandContext,
  color: boolean,
): string {
  const { isTTY, columns } = context.stdout;
  const style = styleFor(context.stdout, context.env, color);
  const cells = rows.map((row) => [...row.cells]);
  const room = isTTY && columns !== undefined ? columns - BAR_MIN_COLUMNS - GAP_COLUMNS : undefined;
  const widths = columnWidths(
    titles.map((title) => ({ title, minWidth: CELL_MIN_COLUMNS })),
    cells,
    room,
  );
  const used = widths.reduce((sum, width) => sum + width + GAP_COLUMNS, 0);
  const barColumns = isTTY ? Math.max(0, Math.min(BAR_MAX_COLUMNS, (columns ?? 0) - used)) : 0;
  const largest = rows.reduce((most, { size }) => Math.max(most, size ?? 0), 0);
  const lines = rows.map(({ cells: row, size }) => {
    const line = tableLine(row, widths, isTTY);
    const bar = size === null || largest <= 0 ? '' : barOf(size / largest, barColumns);
    return bar === '' ? line : `${line}${' '.repeat(Math.max(0, used - displayWidth(line)))}${style.cyan(bar)}`;
  });
  return [style.bold(tableLine(titles, widths, isTTY)), ...lines].map((line) => `${line}\n`).join('');
}

/** @param share 0 to 1; what is more than nothing can be seen */
export function barOf(share: number, columns: number): string {
  if (!(share > 0) || columns <= 0) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * columns * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

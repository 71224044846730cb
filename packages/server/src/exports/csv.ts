/**
 * CSV as RFC 4180 has it, that a spreadsheet opens without running any of it.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that begins with an
 * apostrophe. So the way back is one rule: of a cell that begins with an apostrophe, leave that one out.
 */

/** What spreadsheets begin a formula with, after white space too, and in the full-width forms of East Asian input. */
const RISKY = /^(?:'|[\t\r\n]|\s*[=+\-@＝＋－＠])/u;
const TO_QUOTE = /[",\r\n;\t]|^\s|\s$/u;

/** One cell: harmless, and in quotation marks where it has to be. */
export function csvCell(value: string): string {
  const harmless = RISKY.test(value) ? `'${value}` : value;
  return TO_QUOTE.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A line with its end (RFC 4180, section 2). Numbers of ours stay numbers: they are no client's text. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : csvCell(cell))).join(',')}\r\n`;
}

/** What the cell was before {@link csvCell} made it harmless; for a cell whose quotation marks are off. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

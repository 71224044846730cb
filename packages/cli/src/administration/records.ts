import type { CommandContext } from '../context.js';
import { styleFor } from '../terminal/style.js';
import { type Column, columnWidths, tableLine } from '../terminal/table.js';

/** A document of the server, as JSON. */
export type Document = Readonly<Record<string, unknown>>;

/** One column of a list: its title, and what stands in it. */
export interface DocumentColumn {
  readonly title: string;
  readonly value: (document: Document) => unknown;
}

const MIN_COLUMN_CHARS = 6;

/** Prints a document as its members, one a line; with `json`, as it came. */
export async function printDocument(context: CommandContext, document: Document, json: boolean): Promise<void> {
  if (json) return context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  const members = Object.entries(document).filter(([, value]) => textOf(value) !== '-');
  const widths = columnWidths(
    [column(''), column('')],
    members.map(([name]) => [name, '']),
  );
  await context.stdout.write(
    members.map(([name, value]) => `${tableLine([name, textOf(value)], widths, false)}\n`).join(''),
  );
}

/** Prints a list as a table; with `json`, the documents as they came, one a line. */
export async function printDocuments(
  context: CommandContext,
  documents: readonly Document[],
  columns: readonly DocumentColumn[],
  { json, color }: { json: boolean; color: boolean },
): Promise<void> {
  if (json) return context.stdout.write(documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  if (documents.length === 0) return;
  const rows = documents.map((document) => columns.map(({ value }) => textOf(value(document))));
  const titles = columns.map(({ title }) => title);
  const widths = columnWidths(titles.map(column), rows, context.stdout.columns);
  const style = styleFor(context.stdout, context.env, color);
  const cut = context.stdout.isTTY;
  const lines = rows.map((row) => `${tableLine(row, widths, cut)}\n`);
  await context.stdout.write(`${style.bold(tableLine(titles, widths, cut))}\n${lines.join('')}`);
}

function column(title: string): Column {
  return { title, minWidth: MIN_COLUMN_CHARS };
}

/** A value in a line of text; `-` for nothing. */
function textOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(textOf).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

export type Cell = string | number;

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** Something that the bench should reach. `met` is left out where this run could not tell. */
export interface Aim {
  what: string;
  aim: string;
  seen: string;
  met?: boolean;
}

export interface Report {
  bench: string;
  settings: Record<string, unknown>;
  tables: Table[];
  aims: Aim[];
}

/** Prints a report and writes it as JSON to `bench/results/`, and to `extraFile` if that is given. */
export async function publish(report: Report, extraFile: string | undefined): Promise<void> {
  for (const table of report.tables) printTable(table);
  if (report.aims.length > 0) printTable(aimsTable(report.aims));
  const at = new Date().toISOString();
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model.trim(), node: process.version };
  const json = `${JSON.stringify({ at, machine, ...report }, undefined, 2)}\n`;
  const file = join(RESULTS, `${report.bench}-${at.replaceAll(':', '')}.json`);
  for (const path of extraFile === undefined ? [file] : [file, extraFile]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, json);
  }
  console.log(`\n${file}`);
}

export function printTable({ title, columns, rows }: Table): void {
  const texts = [columns, ...rows].map((row) => row.map(textOf));
  const widths = columns.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  console.log(`\n${title}`);
  texts.forEach((row, i) => {
    console.log(`  ${line(row)}`);
    if (i === 0) console.log(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  });
}

function aimsTable(aims: readonly Aim[]): Table {
  return {
    title: 'Aims',
    columns: ['what', 'aim', 'seen', 'met'],
    rows: aims.map(({ what, aim, seen, met }) => [what, aim, seen, met === undefined ? '?' : met ? 'yes' : 'NO']),
  };
}

/** Numbers with as many digits as they mean: 12,345 or 12.3 or 0.123. */
export function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  if (!Number.isFinite(cell)) return '–';
  const digits = Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : Math.abs(cell) >= 0.1 ? 2 : 3;
  return cell.toLocaleString('en-US', { maximumFractionDigits: Number.isInteger(cell) ? 0 : digits });
}

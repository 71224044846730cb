import { Readable } from 'node:stream';
import type { Json, JsonObject } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csvLine } from '../../exports/csv.js';
import { type ExportServices, exportedRecords } from './exported-records.js';
import type { RecordForm } from './record-form.js';
import type { RecordQuery } from './record-page.js';

export const exportParameters = {
  format: z.enum(['json', 'csv']).optional().describe('json, one array, if absent.'),
};

/** What an export looks like as a file. */
export interface ExportFile {
  /** Without its ending. */
  name: string;
  /** Members that have a column of their own. */
  columns: readonly string[];
}

/**
 * All records that are asked for, oldest first, as one JSON array or as CSV, in memory that does not grow with their
 * number. What is wrong with the request is told before the answer begins; a failure after that breaks it off, so that it
 * cannot be taken for whole.
 */
export async function sendExport(
  request: FastifyRequest,
  reply: FastifyReply,
  { format = 'json', ...query }: RecordQuery & { format?: 'json' | 'csv' | undefined },
  { form, file }: { form: RecordForm; file: ExportFile },
  services: ExportServices,
): Promise<FastifyReply> {
  const batches = exportedRecords(request, reply, query, form, services);
  const first = await batches.next();
  const text = format === 'json' ? jsonText(first, batches) : csvText(first, batches, file.columns);
  return reply
    .type(format === 'json' ? 'application/json; charset=utf-8' : 'text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${file.name}.${format}"`)
    .send(Readable.from(text));
}

type Batches = AsyncGenerator<JsonObject[], void>;
type First = IteratorResult<JsonObject[], void>;

async function* all(first: First, rest: Batches): Batches {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* jsonText(first: First, rest: Batches): AsyncGenerator<string> {
  let lead = '[\n';
  for await (const records of all(first, rest)) {
    if (records.length === 0) continue;
    yield lead + records.map((record) => JSON.stringify(record)).join(',\n');
    lead = ',\n';
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}

async function* csvText(first: First, rest: Batches, columns: readonly string[]): AsyncGenerator<string> {
  yield csvLine([...columns, OTHERS]);
  for await (const records of all(first, rest)) {
    yield records.map((record) => csvLine(cellsOf(record, columns))).join('');
  }
}

/** The column of all members that have none, as one JSON object: nothing is lost. */
const OTHERS = 'others';

function cellsOf(record: JsonObject, columns: readonly string[]): (string | number)[] {
  const others = Object.entries(record).filter(([name]) => !columns.includes(name));
  const cells = columns.map((name) => cellOf(Object.hasOwn(record, name) ? record[name] : undefined));
  return [...cells, others.length === 0 ? '' : JSON.stringify(Object.fromEntries(others))];
}

/** A text as it is, a number as a number, nothing for null and what is absent, and everything else as JSON. */
function cellOf(value: Json | undefined): string | number {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}

import { Readable } from 'node:stream';
import { type FieldProblem, isPlainObject, problem, readForeignDocument } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import { unreadable } from '../../intake/intake.js';
import { bodyEncoding } from '../body/body.js';
import { bytesOf } from '../body/json-body.js';
import { readLines } from '../body/lines.js';
import type { Services } from '../services.js';
import type { RecordForm } from './record-form.js';

/** Records that a request brings at most. */
export const MAX_RECORDS = 1000;

/** A record as it was sent, or why it could not be read. */
export interface SentRecord {
  record: unknown;
  problem?: FieldProblem | undefined;
}

export interface SentRecords {
  records: SentRecord[];
  /** Whether the body was one record, in no list. */
  isSingle: boolean;
}

/**
 * The records of a body: JSON as the dialect lists them, or NDJSON where the route takes it.
 * @throws Problem `body-wrong-type`, `body-not-json`, `batch-too-long` and those of the body's encoding
 */
export async function readRecords(
  request: FastifyRequest,
  form: RecordForm,
  { limits }: Pick<Services, 'limits'>,
): Promise<SentRecords> {
  if (request.body instanceof Readable) return { records: await recordsOfLines(request, limits), isSingle: false };
  const document = readForeignDocument((await bytesOf(request, limits)).toString('utf8'));
  if (document.error !== undefined) throw unreadable(document.error);
  const records = form.dialect.recordsOf(document.value);
  requireFew(records.length);
  const isSingle = records.length === 1 && records[0] === document.value;
  return { records: records.map((record) => ({ record, problem: document.problemIn(record) })), isSingle };
}

async function recordsOfLines(request: FastifyRequest, limits: Services['limits']): Promise<SentRecord[]> {
  const groups = readLines(request.body as Readable, bodyEncoding(request.headers['content-encoding']), {
    maxLineBytes: limits.maxBodyBytes,
    maxGroupLines: MAX_RECORDS,
    maxGroupBytes: limits.maxBodyBytes,
    hold: (bytes) => request.pass?.hold(bytes),
  });
  const records: SentRecord[] = [];
  let heldBytes = 0;
  for await (const lines of groups) {
    requireFew(records.length + lines.length);
    heldBytes += lines.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    if (heldBytes > limits.maxBodyBytes) throw new Problem('body-too-large');
    for (const { text } of lines) records.push(recordOfLine(text));
  }
  return records;
}

function recordOfLine(text: string | undefined): SentRecord {
  if (text === undefined) return { record: undefined, problem: problem('not-json', '', 'The line is not UTF-8.') };
  const document = readForeignDocument(text);
  if (document.error !== undefined) return { record: undefined, problem: document.error };
  return { record: document.value, problem: document.problemIn(document.value) };
}

function requireFew(count: number): void {
  if (count <= MAX_RECORDS) return;
  throw new Problem('batch-too-long', { detail: `At most ${MAX_RECORDS} records at once.` });
}

/** A member of a record, if it is one and has it. */
export function memberOf(record: unknown, name: string): unknown {
  return isPlainObject(record) && Object.hasOwn(record, name) ? record[name] : undefined;
}

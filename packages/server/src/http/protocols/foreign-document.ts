import { isUtf8 } from 'node:buffer';
import { type FieldProblem, readForeignDocument } from '@attestlog/event';
import { Problem } from '../../errors.js';
import { unreadable } from '../../intake/intake.js';
import type { ForeignRecord } from '../../protocols/foreign-records.js';

export interface Document {
  readonly value: unknown;
  /** A part of the document as a record, or why it cannot be kept as it was written. */
  record(value: unknown): ForeignRecord;
}

/** A body as text. @throws Problem `body-not-json` when it is not UTF-8 */
export function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new Problem('body-not-json', { detail: 'The body is not UTF-8.' });
  return body.toString('utf8');
}

/** The JSON document of another system that a text is. @throws Problem `body-not-json` */
export function foreignDocument(text: string): Document {
  const read = readForeignDocument(text);
  if (read.error !== undefined) throw unreadable(read.error);
  const { value, problemIn } = read;
  return { value, record: (part) => recordOf(part, problemIn) };
}

/** The record that a line is, or what is wrong with it. */
export function recordOfLine(line: string): ForeignRecord {
  const read = readForeignDocument(line);
  return read.error === undefined ? recordOf(read.value, read.problemIn) : { error: read.error };
}

function recordOf(value: unknown, problemIn: (record: unknown) => FieldProblem | undefined): ForeignRecord {
  const error = problemIn(value);
  return error === undefined ? { value } : { error };
}

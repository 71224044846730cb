import { pointerSegments } from '../json-pointer.js';
import { isPlainObject } from '../json-value.js';
import { type FieldProblem, problem } from '../problem.js';
import type { EventInput } from '../schema.js';
import { replaceValues } from '../sealed/replace-values.js';
import { sealedFieldsOf } from '../sealed/sealed-value.js';
import type { DialectResult } from './dialect.js';

/** An event as an export has it: beside its place in the log and what the reader could see of its sealed values. */
export interface ExportLine {
  readonly index: number;
  readonly position: number;
  readonly event: Readonly<Record<string, unknown>>;
  readonly personal?: readonly unknown[];
}

export function isExportLine(value: unknown): value is ExportLine {
  return (
    isPlainObject(value) &&
    typeof value.index === 'number' &&
    typeof value.position === 'number' &&
    isPlainObject(value.event) &&
    (value.personal === undefined || Array.isArray(value.personal))
  );
}

/**
 * The event that an export line is about, to be recorded again: without the time at which a server received it, and with
 * its sealed values where the export has them. One that it does not have whole cannot be sent, and is said.
 */
export function eventOfExportLine({ event: { received_at: _, ...event }, personal = [] }: ExportLine): DialectResult {
  const values = new Map<string, unknown>();
  for (const field of personal) {
    if (isPlainObject(field) && field.state === 'open') values.set(String(field.pointer), field.value);
  }
  const sealed = sealedFieldsOf(event).map(({ pointer }) => pointer);
  const problems = sealed.filter((pointer) => !values.has(pointer)).map(notWhole);
  if (problems.length > 0) return { ok: false, problems };
  const replacements = sealed.map((pointer) => ({ path: pointerSegments(pointer)!, value: values.get(pointer) }));
  return { ok: true, event: replaceValues(event, replacements) as EventInput };
}

function notWhole(pointer: string): FieldProblem {
  const message = 'The export does not have this sealed value. Export again with the permission to see it unmasked.';
  return problem('reserved-shape', pointer, message);
}

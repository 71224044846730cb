import { isPlainObject, type Json } from '@attestlog/event';
import type { PointedProblem } from '../http/problem-details.js';

const MIB = 1024 * 1024;

/** How files of one kind are read. */
export interface ImportFormat {
  /** Most bytes of one JSON value (a line, or a whole document): what is held in memory at once. */
  readonly maxValueBytes: number;
  /** The records of a value that is a list of them; undefined if the value is itself a record. */
  recordsIn(value: Json): readonly Json[] | undefined;
  /** Our event for a record, or why it is none. The same object back means that nothing was translated. */
  toEvent(record: unknown): { readonly event: unknown } | { readonly problems: readonly PointedProblem[] };
}

const events: ImportFormat = {
  maxValueBytes: 32 * MIB,
  recordsIn: (value) => (Array.isArray(value) ? value : undefined),
  toEvent: (event) => ({ event }),
};

export const importFormats = { events } as const satisfies Record<string, ImportFormat>;

export type ImportFormatName = keyof typeof importFormats;
void isPlainObject;

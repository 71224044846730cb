import {
  isRecord,
  type PointedProblem,
  type ProblemDetails,
  pointedProblems,
  problemDetails,
} from '../http/problem-details.js';

/** What became of a record. */
export interface RecordResult {
  readonly status: 'stored' | 'duplicate' | 'conflict' | 'refused' | 'left_out';
  readonly id?: string;
  readonly problems: readonly PointedProblem[];
}

/** A line of the server's answer to a stream: the result of one record, or how it all ended. */
export type ResultLine =
  | { readonly kind: 'result'; readonly line: number | undefined; readonly result: RecordResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly problem: ProblemDetails };

const statuses: readonly string[] = [
  'stored',
  'duplicate',
  'conflict',
  'refused',
  'left_out',
] satisfies RecordResult['status'][];

/** Reads such a line; undefined if it is none. */
export function parseResultLine(text: string): ResultLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (value.done === true) return { kind: 'done' };
  if (value.done === false) return { kind: 'stopped', problem: problemDetails(value.error) };
  const { status, id, line } = value;
  if (typeof status !== 'string' || !statuses.includes(status)) return undefined;
  const result: RecordResult = {
    status: status as RecordResult['status'],
    problems: pointedProblems(value.problems),
    ...(typeof id === 'string' ? { id } : {}),
  };
  return { kind: 'result', line: typeof line === 'number' ? line : undefined, result };
}

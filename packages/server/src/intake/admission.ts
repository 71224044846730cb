import {
  type AdmissionContext,
  type AdmittedEvent,
  admitEvent,
  admitPrepared,
  type FieldProblem,
  type JsonProblem,
  type LeftOutEvent,
  type PendingEvent,
  type PrepareEvent,
  parseJson,
  parseJsonArray,
  problem,
} from '@attestlog/event';

/** An event that was checked, and the entry that it became. */
export type Admitted = Pick<
  AdmittedEvent,
  'ok' | 'id' | 'timeNs' | 'entry' | 'idGiven' | 'timeGiven' | 'blobs' | 'sealed'
>;

/** An event that cannot be recorded, with its id if it has one. */
export interface Refused {
  ok: false;
  id?: string;
  problems: readonly FieldProblem[];
  leftOut?: undefined;
  awaits?: undefined;
}

/** An event that the policy does not record. */
export type LeftOutcome = LeftOutEvent;

export type Outcome = Admitted | Refused | LeftOutcome;

/**
 * What a request brings: values that were read already; a JSON array, in UTF-8; or lines of JSON, where an undefined
 * one was not UTF-8.
 */
export type Source =
  | { kind: 'values'; values: readonly unknown[] }
  | { kind: 'array'; bytes: Uint8Array; maxItems: number }
  | { kind: 'lines'; lines: readonly (string | undefined)[] };

/** An outcome for each event in its place; or why there are none: the source cannot be read at all. */
export type Admission = { outcomes: Outcome[]; error?: never } | { error: JsonProblem };

export interface RequestContext extends AdmissionContext {
  /** Absent: events are recorded as they are. */
  prepare?: PrepareEvent | undefined;
}

/** An event that waits for keys, with all that it takes to go on. */
export interface Pending extends PendingEvent {
  readonly place: number;
  /** As it was read. */
  readonly value: unknown;
}

/** An {@link Admission} on its way: in the places of pending events there are no outcomes yet. */
export interface Attempt {
  readonly outcomes: Outcome[];
  readonly pending: readonly Pending[];
  readonly error?: never;
}

/** Reads and checks what a request brings. Pure but for what the context gives. */
export function admit(source: Source, context: RequestContext): Attempt | { error: JsonProblem } {
  const results = readAndCheck(source, context);
  if ('error' in results) return results;
  const pending: Pending[] = [];
  for (let place = 0; place < results.length; place++) {
    const result = results[place]!;
    if (!result.ok && result.awaits !== undefined) pending.push({ ...result, place });
  }
  return { outcomes: results as Outcome[], pending };
}

/** Goes on with the events that were pending, each under the id that it had. */
export function admitPending(attempt: Attempt, context: RequestContext): Attempt {
  const { outcomes } = attempt;
  const pending: Pending[] = [];
  for (const { place, value, id } of attempt.pending) {
    const result = admitValue(value, { ...context, newId: () => id });
    if (!result.ok && result.awaits !== undefined) pending.push({ ...result, place });
    else outcomes[place] = result;
  }
  return { outcomes, pending };
}

type Result = Outcome | Omit<Pending, 'place'>;

function readAndCheck(source: Source, context: RequestContext): Result[] | { error: JsonProblem } {
  switch (source.kind) {
    case 'values':
      return source.values.map((value) => admitValue(value, context));
    case 'array': {
      const { buffer, byteOffset, byteLength } = source.bytes;
      const parsed = parseJsonArray(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'), source.maxItems);
      if (parsed.error !== undefined) return parsed;
      return parsed.items.map((item) =>
        item.error === undefined ? admitValue(item.value, context) : refuse(item.error),
      );
    }
    case 'lines':
      return source.lines.map((line) => admitLine(line, context));
  }
}

function admitLine(line: string | undefined, context: RequestContext): Result {
  if (line === undefined) return refuse(problem('not-json', '', 'The line is not UTF-8.'));
  const parsed = parseJson(line);
  return parsed.error === undefined ? admitValue(parsed.value, context) : refuse(parsed.error);
}

function admitValue(value: unknown, context: RequestContext): Result {
  const { prepare } = context;
  const admitted = prepare === undefined ? admitEvent(value, context) : admitPrepared(value, context, prepare);
  if (admitted.ok || admitted.leftOut !== undefined) return admitted;
  if (admitted.awaits !== undefined) return { ...admitted, value };
  return { ok: false, ...idOf(value), problems: admitted.problems };
}

function refuse(error: FieldProblem): Refused {
  return { ok: false, problems: [error] };
}

function idOf(value: unknown): { id?: string } {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}

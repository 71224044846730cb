import {
  type AdmissionContext,
  type AdmittedEvent,
  admitEvent,
  admitPrepared,
  type FieldProblem,
  type JsonProblem,
  type LeftOutEvent,
  type PrepareEvent,
  parseJson,
  parseJsonArray,
  problem,
} from '@attestlog/event';

/** An event that was checked, and the entry that it became. */
export type Admitted = Pick<AdmittedEvent, 'ok' | 'id' | 'timeNs' | 'entry' | 'idGiven' | 'timeGiven' | 'blobs'>;

/** An event that cannot be recorded, with its id if it has one. */
export interface Refused {
  ok: false;
  id?: string;
  problems: readonly FieldProblem[];
  leftOut?: undefined;
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

/** Reads and checks what a request brings. Pure but for what the context gives. */
export function admit(source: Source, context: RequestContext): Admission {
  switch (source.kind) {
    case 'values':
      return { outcomes: source.values.map((value) => admitValue(value, context)) };
    case 'array': {
      const { buffer, byteOffset, byteLength } = source.bytes;
      const parsed = parseJsonArray(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'), source.maxItems);
      if (parsed.error !== undefined) return parsed;
      const outcomes = parsed.items.map((item) =>
        item.error === undefined ? admitValue(item.value, context) : refuse(item.error),
      );
      return { outcomes };
    }
    case 'lines':
      return { outcomes: source.lines.map((line) => admitLine(line, context)) };
  }
}

function admitLine(line: string | undefined, context: RequestContext): Outcome {
  if (line === undefined) return refuse(problem('not-json', '', 'The line is not UTF-8.'));
  const parsed = parseJson(line);
  return parsed.error === undefined ? admitValue(parsed.value, context) : refuse(parsed.error);
}

function admitValue(value: unknown, context: RequestContext): Outcome {
  const { prepare } = context;
  const admitted = prepare === undefined ? admitEvent(value, context) : admitPrepared(value, context, prepare);
  return admitted.ok || admitted.leftOut !== undefined
    ? admitted
    : { ok: false, ...idOf(value), problems: admitted.problems };
}

function refuse(error: FieldProblem): Refused {
  return { ok: false, problems: [error] };
}

function idOf(value: unknown): { id?: string } {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}

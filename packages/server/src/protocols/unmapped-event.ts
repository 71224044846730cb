import { type EventInput, escapeForeign, type FieldProblem, hasBlobKey, type Json } from '@attestlog/event';

/** Under `metadata`: what an event stands for that nobody could be told of. */
export const UNMAPPED_KEY = 'unmapped';

const MAX_PROBLEMS = 8;
const MAX_POINTER_CHARS = 200;

/**
 * The event that is recorded in the place of a record which cannot be, where its sender would not hear of a refusal, or
 * would send the same again for ever. The record lies whole in `request`.
 */
export function unmappedEvent(
  dialect: string,
  record: unknown,
  problems: readonly FieldProblem[],
  id: string | undefined,
): EventInput {
  const payload = hasBlobKey(record) ? ({ $json: JSON.stringify(record) } as Json) : escapeForeign(record, 1);
  return { ...event(dialect, problems, id), request: payload };
}

/** The same without the record, where a policy refuses to have its content. */
export function refusedEvent(
  dialect: string,
  bytes: number,
  problems: readonly FieldProblem[],
  id: string | undefined,
): EventInput {
  const refused = event(dialect, problems, id);
  return { ...refused, metadata: { [UNMAPPED_KEY]: { ...(refused.metadata?.[UNMAPPED_KEY] as object), bytes } } };
}

function event(dialect: string, problems: readonly FieldProblem[], id: string | undefined): EventInput {
  // Codes and places only: a message may say how late it is, and a repeat would be another event.
  const told = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ code, pointer }) => ({ code, pointer: pointer.slice(0, MAX_POINTER_CHARS).toWellFormed() }));
  const [first] = told;
  return {
    ...(id === undefined ? {} : { id }),
    action: `${dialect}.unmapped`,
    severity: 'warning',
    ...(first === undefined ? {} : { reason: `${first.code} ${first.pointer}`.trim() }),
    metadata: { [UNMAPPED_KEY]: { dialect, problems: told } },
  };
}

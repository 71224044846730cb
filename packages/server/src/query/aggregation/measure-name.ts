import { findField, isField, nearestName } from '@attestlog/event';
import { Problem } from '../../errors.js';
import type { Measure } from '../../ports/aggregation.js';

const NAMES =
  'count, count(FIELD), bytes, distinct(FIELD), sum(FIELD), min(FIELD), max(FIELD), avg(FIELD), percentile(FIELD, P), top_k(FIELD, K)';
const KINDS = ['count', 'bytes', 'distinct', 'sum', 'min', 'max', 'avg', 'percentile', 'top_k'];
const WITH_FIELD = /^(count|distinct|sum|min|max|avg)\((.*)\)$/s;
const WITH_NUMBER = /^(percentile|top_k)\((.*),\s*(\d{1,6}(?:\.\d{1,3})?)\s*\)$/s;

/** What a measure is called in queries and in answers: `distinct(actor.id)`, `percentile(metadata.ms,95)`. */
export function measureName(measure: Measure): string {
  switch (measure.kind) {
    case 'count':
      return measure.field === undefined ? 'count' : `count(${measure.field})`;
    case 'bytes':
      return 'bytes';
    case 'percentile':
      return `percentile(${measure.field},${measure.p})`;
    case 'top':
      return `top_k(${measure.field},${measure.k})`;
    case 'closest':
      return `closest(${measure.events})`;
    case 'closest-values':
      return `closest(${measure.field},${measure.values})`;
    default:
      return `${measure.kind}(${measure.field})`;
  }
}

/**
 * Reads the name of a measure, whose field may have any of its names.
 * @throws Problem `query-invalid`
 */
export function readMeasure(text: string): Measure {
  const trimmed = text.trim();
  if (trimmed === 'count' || trimmed === 'bytes') return { kind: trimmed };
  const [, kind, field] = WITH_FIELD.exec(trimmed) ?? [];
  if (kind !== undefined) {
    return { kind: kind as 'sum', field: canonicalField(field as string) };
  }
  const [, numbered, ofField, number] = WITH_NUMBER.exec(trimmed) ?? [];
  if (numbered === 'percentile')
    return { kind: 'percentile', field: canonicalField(ofField as string), p: Number(number) };
  if (numbered === 'top_k') return { kind: 'top', field: canonicalField(ofField as string), k: Number(number) };
  const near = nearestName(trimmed.split('(')[0]!.slice(0, 60), KINDS);
  const hint = near === undefined ? '' : ` perhaps ${near} was meant;`;
  throw new Problem('query-invalid', {
    detail: `There is no measure ${JSON.stringify(trimmed.slice(0, 60).toWellFormed())};${hint} there are ${NAMES}.`,
    members: near === undefined ? {} : { suggestion: near },
  });
}

/** The canonical name of a field that a query names. @throws Problem `query-invalid`, with a suggestion where there is one */
export function canonicalField(notation: string): string {
  const found = findField(notation.trim());
  if (isField(found)) return found.name;
  const { message, suggestion } = found;
  throw new Problem('query-invalid', {
    detail: message,
    members: suggestion === undefined ? {} : { suggestion },
  });
}

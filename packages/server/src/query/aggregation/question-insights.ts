import { allOf } from '@attestlog/event';
import {
  type AggregateAnswers,
  type AggregateAsked,
  aggregatesFor,
  type Insight,
  type QuestionClock,
  type Reading,
  type ValueCount,
  wordInsights,
} from '@attestlog/questions';
import { Problem } from '../../errors.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { Reader } from '../event-reader.js';
import type { AggregateQuery, AggregateResultRow } from './aggregate-query.js';
import type { Aggregator } from './aggregator.js';

const HOURS = 24;
/** What is not counted, and then simply not said: of sealed values, and of more hours than are counted one by one. */
const UNSAID = new Set(['sealed-field', 'query-invalid']);

/** What can be said about the events of a question, counted among those that the reader may see. */
export async function questionInsights(
  aggregates: Aggregator,
  tenant: string,
  { reading, clock }: { reading: Reading; clock: QuestionClock },
  reader: Reader,
  options?: ReadOptions,
): Promise<Insight[]> {
  const answers: Record<string, unknown> = {};
  for (const [name, asked] of Object.entries(aggregatesFor(reading, clock))) {
    try {
      const { rows } = await aggregates.run(tenant, queryOf(asked), reader, options);
      answers[name] = answerOf(asked, rows);
    } catch (error) {
      if (!(error instanceof Problem && UNSAID.has(error.code))) throw error;
    }
    // Of nothing there is nothing more to say.
    if (answers.count === 0) break;
  }
  return wordInsights(answers as AggregateAnswers);
}

function queryOf(asked: AggregateAsked): AggregateQuery {
  const { filter, from, to } = asked;
  switch (asked.kind) {
    case 'count':
      return { filter, from, to };
    case 'hours':
      return { filter, from, to, every: 'hour', timeZone: asked.timeZone };
    case 'top':
      return { ...valuesQuery(asked.field, asked.limit, filter), from, to };
    case 'first-seen':
      return {
        ...valuesQuery(asked.field, asked.limit, filter),
        from: asked.since,
        to,
        having: [{ measure: { kind: 'min', field: 'time' }, gte: from }],
      };
  }
}

function valuesQuery(field: string, limit: number, filter: AggregateAsked['filter']): AggregateQuery {
  return { filter: allOf(filter, { op: 'exists', field }), groupBy: [field], limit };
}

function answerOf(asked: AggregateAsked, rows: readonly AggregateResultRow[]): number | number[] | ValueCount[] {
  switch (asked.kind) {
    case 'count':
      return countOf(rows[0]);
    case 'hours':
      return byHour(rows);
    default:
      return rows.flatMap((row) => {
        const value = row.group[asked.field];
        return typeof value === 'string' ? [{ value, count: countOf(row) }] : [];
      });
  }
}

/** The hour is that of the clock on the wall, with which the text of a beginning begins. */
function byHour(rows: readonly AggregateResultRow[]): number[] {
  const hours = Array.from({ length: HOURS }, () => 0);
  for (const row of rows) {
    const hour = Number(row.bucket?.slice(11, 13));
    hours[hour] = (hours[hour] ?? 0) + countOf(row);
  }
  return hours;
}

function countOf(row: AggregateResultRow | undefined): number {
  return Number(row?.measures.count ?? 0);
}

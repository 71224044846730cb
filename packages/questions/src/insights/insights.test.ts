import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestion } from '../read-question.js';
import type { QuestionClock } from '../time/question-clock.js';
import type { AggregateAnswers } from './aggregate.js';
import { aggregatesFor } from './ask-aggregates.js';
import { unusualHours } from './unusual-hours.js';
import { wordInsights } from './word-insights.js';

const clock: QuestionClock = { nowMs: Date.UTC(2025, 9, 15, 12, 30), timeZone: 'Europe/Berlin' };
const asked = (question: string) => aggregatesFor(readQuestion(question, clock), clock);

describe('what is counted for a question', () => {
  it('is compared with as long a time before, which ends where the period begins', () => {
    const { count, 'count-before': before, 'new-addresses': addresses } = asked('failed logins yesterday');
    expect(count).toMatchObject({ from: '2025-10-13T22:00:00.000000000Z', to: '2025-10-14T21:59:59.999999999Z' });
    expect(before).toMatchObject({ from: '2025-10-12T22:00:00.000000000Z', to: '2025-10-13T21:59:59.999999999Z' });
    expect(before?.filter).toEqual(count?.filter);
    expect(addresses).toMatchObject({ field: 'source.ip', since: '2025-09-13T22:00:00.000000000Z' });
  });

  it('is not compared where no time is given', () => {
    expect(Object.keys(asked('failed logins'))).toEqual(['count', 'top-actors']);
    expect(Object.keys(asked('failed logins before 1 October'))).toEqual(['count', 'top-actors']);
  });

  it('goes up to now where no end is given', () => {
    expect(asked('failed logins since Monday')['count-before']).toMatchObject({ to: '2025-10-12T21:59:59.999999999Z' });
  });

  it('is nothing where the question is asked back', () => {
    expect(asked('why is the sky blue')).toEqual({});
  });
});

describe('what is said', () => {
  const texts = (answers: AggregateAnswers) => wordInsights(answers).map(({ text }) => text);

  it.each<[AggregateAnswers, string[]]>([
    [{}, []],
    [{ count: 0 }, ['There are no such events.']],
    [{ count: 1 }, ['There is one such event.']],
    [{ count: 1_234_567 }, ['There are 1,234,567 such events.']],
    [{ count: 12, 'count-before': 0 }, ['There are 12 such events.', 'There were none in as long a time before.']],
    [
      { count: 45, 'count-before': 30 },
      ['There are 45 such events.', 'That is 1.5 times as many as in as long a time before (30).'],
    ],
    [{ count: 40, 'count-before': 30 }, ['There are 40 such events.']],
    [
      { count: 5, 'count-before': 20 },
      ['There are 5 such events.', 'That is 75% fewer than in as long a time before (20).'],
    ],
    [{ count: 5, 'count-before': 9 }, ['There are 5 such events.']],
    [
      { count: 8, 'top-actors': [{ value: 'jane', count: 8 }] },
      ['There are 8 such events.', 'jane did all of them (8).'],
    ],
    [
      { count: 1000, 'top-actors': [{ value: 'jane', count: 999 }] },
      ['There are 1,000 such events.', 'jane did 99% of them (999).'],
    ],
    [{ count: 8, 'top-actors': [{ value: 'jane', count: 1 }] }, ['There are 8 such events.']],
    [
      { count: 2, 'new-addresses': [{ value: '203.0.113.7', count: 2 }] },
      ['There are 2 such events.', 'One address was not seen in the 30 days before: 203.0.113.7.'],
    ],
  ])('of %j', (answers, expected) => {
    expect(texts(answers)).toEqual(expected);
  });

  it('names hours in which there is usually nothing', () => {
    const now = Array.from({ length: 24 }, (_, hour) => (hour === 2 || hour === 3 ? 2 : 0));
    const before = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 50 : 0));
    expect(unusualHours(now, before)).toEqual([{ from: 2, until: 4, count: 4 }]);
    expect(texts({ count: 4, hours: now, 'hours-before': before }).at(-1)).toBe(
      '4 were between 02:00 and 04:00, when there were hardly any in the 30 days before.',
    );
    expect(
      unusualHours(
        now,
        before.map((count) => count / 50),
      ),
    ).toEqual([]);
  });

  it('is short and well-formed, whatever the values', () => {
    const values = fc.array(fc.record({ value: fc.string({ unit: 'binary', maxLength: 500 }), count: fc.nat() }));
    const hours = fc.array(fc.nat(), { minLength: 24, maxLength: 24 });
    const answers = fc.record(
      {
        count: fc.nat(),
        'count-before': fc.nat(),
        'top-actors': values,
        hours,
        'hours-before': hours,
        'new-addresses': values,
        'new-actors': values,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(answers, (given) => {
        for (const { text } of wordInsights(given)) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(/NaN|Infinity|undefined|\n/);
          expect(text.length).toBeLessThan(400);
        }
      }),
    );
  });
});

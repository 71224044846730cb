import { expect, it } from 'vitest';
import { severities } from '../vocabulary.js';
import { numberOfSeverity, severityOfNumber } from './otlp-severity.js';

it('gives every number a severity, rising with it', () => {
  const ranks = Array.from({ length: 24 }, (_, at) => severities.indexOf(severityOfNumber(at + 1)!));
  expect(ranks).not.toContain(-1);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  for (const none of [0, 25, -1, 1.5, '9', null]) expect(severityOfNumber(none)).toBeUndefined();
});

it('gives every severity a number that means it', () => {
  for (const severity of severities) expect(severityOfNumber(numberOfSeverity(severity))).toBe(severity);
});

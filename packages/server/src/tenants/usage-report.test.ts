import { expect, test } from 'vitest';
import { dayNumber, usageCsv, usageLines } from './usage-report.js';

const days = [
  { day: dayNumber('2025-09-30')!, events: 1, bytes: 10 },
  { day: dayNumber('2025-10-01')!, events: 2, bytes: 20 },
  { day: dayNumber('2025-10-31')!, events: 3, bytes: 30 },
];

test('usage by day and by month', () => {
  expect(usageLines(days, 'day').map(({ period }) => period)).toEqual(['2025-09-30', '2025-10-01', '2025-10-31']);
  expect(usageLines(days, 'month')).toEqual([
    { period: '2025-09', events: 1, bytes: 10 },
    { period: '2025-10', events: 5, bytes: 50 },
  ]);
});

test('as CSV', () => {
  expect(usageCsv('acme', 'month', usageLines(days, 'month'))).toBe(
    'tenant,period,events,bytes\r\nacme,2025-09,1,10\r\nacme,2025-10,5,50\r\n',
  );
});

test('as CSV by kind: names are quoted, and are no formulas', () => {
  const lines = [
    { name: 'user.login', events: 2, bytes: 20 },
    { name: '=1+1,"x"', events: 1, bytes: 10 },
  ];
  expect(usageCsv('acme', 'category', lines)).toBe(
    'tenant,category,events,bytes\r\nacme,user.login,2,20\r\nacme,"\'=1+1,""x""",1,10\r\n',
  );
});

test.each(['2025-02-29', '2025-13-01', '2025-1-1', 'today', '2025-10-06T00:00:00Z'])('%s is no day', (text) => {
  expect(dayNumber(text)).toBeUndefined();
});

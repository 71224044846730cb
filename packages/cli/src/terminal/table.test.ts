import { describe, expect, it } from 'vitest';
import { columnWidths, tableLine } from './table.js';

const columns = [
  { title: 'A', minWidth: 3 },
  { title: 'LONG', minWidth: 4 },
];

describe('table', () => {
  it('gives each column what its widest cell needs', () => {
    expect(columnWidths(columns, [['abcdef', 'x']])).toEqual([6, 4]);
  });

  it('takes from the widest first, and from none below its minimum', () => {
    expect(columnWidths(columns, [['a'.repeat(30), 'b'.repeat(10)]], 24)).toEqual([12, 10]);
    expect(columnWidths(columns, [['a'.repeat(30), 'b'.repeat(10)]], 2)).toEqual([3, 4]);
  });

  it('cuts cells only when asked', () => {
    expect(tableLine(['abcdef', 'x'], [3, 4], true)).toBe('ab…  x');
    expect(tableLine(['abcdef', 'x'], [3, 4], false)).toBe('abcdef  x');
  });
});

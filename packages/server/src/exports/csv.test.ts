import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCells } from '../../testing/csv-cells.js';
import { csvCell, csvLine, plainCell } from './csv.js';

/** Texts in which the characters that matter are frequent. */
const text = fc.string({ unit: fc.constantFrom(...`ab=+-@'",;\t\r\n ＝１é😀`) });

describe('a CSV line', () => {
  it('gives the same cells back', () => {
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (lines) => {
        const read = csvCells(lines.map(csvLine).join(''));
        expect(read.map((cells) => cells.map(plainCell))).toEqual(lines);
      }),
    );
  });

  it('has no cell that a spreadsheet would run', () => {
    fc.assert(
      fc.property(text, (value) => {
        const [[cell]] = csvCells(csvLine([value, ''])) as [[string, string]];
        expect(cell).not.toMatch(/^[\s]*[=+\-@＝＋－＠]/u);
        expect(cell).not.toMatch(/^[\t\r\n]/);
      }),
    );
  });

  it('has quotation marks where they are needed, and ends with CRLF', () => {
    expect(csvLine(['a', 'b,c', 'say "no"', '=1+1', "'x", -5])).toBe(`a,"b,c","say ""no""",'=1+1,''x,-5\r\n`);
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
    expect(csvCell('')).toBe('');
  });
});

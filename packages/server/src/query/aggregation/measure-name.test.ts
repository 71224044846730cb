import { knownField } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key } from '../../../../event/testing/search-stock.js';
import { Problem } from '../../errors.js';
import type { Measure } from '../../ports/aggregation.js';
import { canonicalField, measureName, readMeasure } from './measure-name.js';

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const field = fc
  .oneof(
    fc.constantFrom('actor', 'action', 'file.size', 'time'),
    fc.oneof(key, fc.constantFrom('a, 3)', ')', ',', '(')).map((text) => `metadata.${quoted(text)}`),
  )
  .map(canonicalField);
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.constantFrom<Measure>({ kind: 'count' }, { kind: 'bytes' }),
  field.map((name): Measure => ({ kind: 'count', field: name })),
  fc
    .tuple(fc.constantFrom('distinct', 'sum', 'min', 'max', 'avg'), field)
    .map(([kind, name]) => ({ kind, field: name }) as Measure),
  fc
    .tuple(field, fc.constantFrom(0, 50, 99.9, 99.999, 100))
    .map(([name, p]): Measure => ({ kind: 'percentile', field: name, p })),
  fc.tuple(field, fc.integer({ min: 1, max: 100 })).map(([name, k]): Measure => ({ kind: 'top', field: name, k })),
);

describe('the name of a measure', () => {
  it('is read as the measure that it is of, whatever its field is called', () => {
    fc.assert(
      fc.property(measure, (one) => {
        expect(readMeasure(measureName(one))).toEqual(one);
      }),
    );
  });

  it('may have other names of fields, and blanks', () => {
    expect(readMeasure(' distinct( actor ) ')).toEqual({ kind: 'distinct', field: 'actor.id' });
    expect(readMeasure('percentile(metadata.ms, 95)')).toEqual({ kind: 'percentile', field: 'metadata.ms', p: 95 });
    expect(readMeasure('top_k(ip,  3 )')).toEqual({ kind: 'top', field: 'source.ip', k: 3 });
  });

  it('is one, or refused with a problem that says what there is', () => {
    const nearly = fc.tuple(fc.constantFrom('count', 'sum', 'top_k', 'percentile', ''), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          nearly.map(([name, rest]) => `${name}(${rest})`),
        ),
        (text) => {
          try {
            const read = readMeasure(text);
            if ('field' in read && read.field !== undefined) expect(knownField(read.field).name).toBe(read.field);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            expect(error).toMatchObject({ code: 'query-invalid' });
          }
        },
      ),
    );
    expect(() => readMeasure('median(metadata.ms)')).toThrow(Problem);
    expect(() => readMeasure('closest(3)')).toThrow(Problem);
    expect(() => readMeasure('cuont')).toThrow(expect.objectContaining({ members: { suggestion: 'count' } }));
  });
});

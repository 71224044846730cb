import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortKeys } from './sort-keys.js';

it('sorts any number of keys by UTF-16 code units, as the language does', () => {
  const key = fc.string({ unit: 'binary', maxLength: 3 });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50, size: 'max' }), (keys) => {
      const sorted = [...keys];
      sortKeys(sorted);
      expect(sorted).toEqual(keys.toSorted());
    }),
  );
});

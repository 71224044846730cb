import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OBJECT_KEY } from '../../ports/objects.js';
import { keyPart, objectNames } from './object-path.js';

const character = fc.constantFrom(...'aZ0._-');
const segment = fc
  .oneof(
    fc.string({ unit: character, minLength: 1, maxLength: 4 }),
    fc.constantFrom(198, 199, 200, 201, 400, 401).map((length) => 'a'.repeat(length)),
  )
  .filter((text) => text !== '.' && text !== '..');
const key = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/'))
  .filter((text) => OBJECT_KEY.test(text));

test('the parts of the names are the key again, and only the last name is a file', () => {
  fc.assert(
    fc.property(key, (text) => {
      const parts = objectNames(text).map(keyPart);
      expect(parts.map(({ part }) => part).join('')).toBe(text);
      expect(parts.map(({ isFolder }) => isFolder)).toEqual(parts.map((_, place) => place < parts.length - 1));
    }),
  );
});

test('names fit a file system, and those of two keys never make one a folder in the place of the other', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      fc.pre(a !== b);
      const [one, other] = [objectNames(a), objectNames(b)];
      for (const name of [...one, ...other]) expect(name.length).toBeLessThanOrEqual(255);
      expect(`${one.join(':')}:`.startsWith(`${other.join(':')}:`)).toBe(false);
    }),
  );
});

test('walking names in the order of their parts meets the keys in order', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      fc.pre(a !== b);
      const [one, other] = [objectNames(a), objectNames(b)];
      const place = one.findIndex((name, index) => name !== other[index]);
      const comesFirst = keyPart(one[place]!).part < keyPart(other[place]!).part;
      expect(comesFirst).toBe(a < b);
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pathParameters } from './path-parameters.js';

it('reads what stands where the parameters are', () => {
  expect(pathParameters('/orders/[id]/items/:item', '/orders/17/items/a%20b')).toEqual({ id: '17', item: 'a b' });
  expect(pathParameters('/orders/[id]', '/base/en/orders/17')).toEqual({ id: '17' });
  expect(pathParameters('/files/:bucket/[...path]', '/files/b/c/d/e')).toEqual({ bucket: 'b' });
});

it('reads nothing where path and pattern do not fit', () => {
  expect(pathParameters('/orders/:id', '/users/17')).toEqual({});
  expect(pathParameters('/orders/:id', '/17')).toEqual({});
  expect(pathParameters('/orders/:id', '/orders/%E0%A4%A')).toEqual({});
});

it('gives back every value that was put in', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(value, value, (a, b) => {
      const path = `/tenants/${encodeURIComponent(a)}/orders/${encodeURIComponent(b)}`;
      expect(pathParameters('/tenants/:a/orders/:b', path)).toEqual({ a, b });
    }),
  );
});

import { expect, test } from 'vitest';
import { withRoom } from './with-room.js';

test('a column that is long enough stays', () => {
  const column = Int32Array.of(1, 2, 3);
  expect(withRoom(column, 3)).toBe(column);
});

test('another one has room for twice as many values at least, and begins as it', () => {
  const longer = withRoom(
    BigInt64Array.from({ length: 100 }, (_, i) => BigInt(i)),
    101,
  );
  expect(longer).toBeInstanceOf(BigInt64Array);
  expect([longer.length, longer[99], longer[100]]).toEqual([200, 99n, 0n]);
  expect(withRoom(new Uint8Array(10), 5000)).toHaveLength(5000);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashKey, IdHasher } from './id-hash.js';

const hasher = new IdHasher(123_456_789);
const id = fc.string({ maxLength: 40 });

describe('hashes', () => {
  test('are the same for the same tenant and id, and two 32-bit integers', () => {
    fc.assert(
      fc.property(id, id, (tenant, name) => {
        const { high, low } = hasher.hash(tenant, name);
        expect(new IdHasher(123_456_789).hash(tenant, name)).toEqual({ high, low });
        expect([high, low].every((half) => half === (half | 0))).toBe(true);
      }),
    );
  });

  test('of the bytes of an id are those of the id', () => {
    const anyId = fc.oneof(
      id,
      fc.string({ maxLength: 12, unit: 'binary' }).filter((text) => text.isWellFormed()),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), anyId, fc.nat(5), (tenant, name, before) => {
        const bytes = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(name), Buffer.from('after')]);
        const out = { high: 0, low: 0 };
        hasher.hashBytes(hasher.begin(tenant), bytes, before, before + Buffer.byteLength(name), out);
        expect(out).toEqual(hasher.hash(tenant, name));
      }),
    );
  });

  test('differ between tenants, ids and seeds, also where the letters together are the same', () => {
    expect(hasher.hash('acme', 'x')).not.toEqual(hasher.hash('other', 'x'));
    expect(hasher.hash('ab', 'c')).not.toEqual(hasher.hash('a', 'bc'));
    expect(hasher.hash('a', 'b')).not.toEqual(hasher.hash('b', 'a'));
    expect(hasher.hash('a', '')).not.toEqual(hasher.hash('', 'a'));
    expect(hasher.hash('a', 'b')).not.toEqual(new IdHasher(1).hash('a', 'b'));
  });

  test('of 200,000 ids as clients make them do not collide and spread evenly', () => {
    const keys = new Set<number>();
    const highBuckets = new Uint32Array(256);
    const lowBuckets = new Uint32Array(256);
    for (let i = 0; i < 200_000; i++) {
      const hash = hasher.hash(`tenant-${i % 100}`, `order-${Math.floor(i / 100)}`);
      keys.add(hashKey(hash));
      highBuckets[hash.high >>> 24]! += 1;
      lowBuckets[hash.low & 0xff]! += 1;
    }
    expect(keys.size).toBe(200_000);
    // 781 each are expected; seven standard deviations are 196.
    for (const count of [...highBuckets, ...lowBuckets]) expect(Math.abs(count - 781)).toBeLessThan(196);
  });
});

test('the key of a hash is a whole number below 2^53, another one for another hash', () => {
  const largest = hashKey({ high: -1, low: -1 });
  expect(largest).toBe(2 ** 53 - 1);
  fc.assert(
    fc.property(id, id, (tenant, name) => {
      const key = hasher.key(tenant, name);
      expect(key).toBe(hashKey(hasher.hash(tenant, name)));
      expect(Number.isSafeInteger(key) && key >= 0).toBe(true);
    }),
  );
});

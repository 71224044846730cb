import { expect, test } from 'vitest';
import { madeKeys } from '../../testing/made-keys.js';
import { packKeys, unpackKeys } from './packed-keys.js';

test('keys are the same after a way to another thread, and take nothing else along', () => {
  for (const subjects of [[], ['u1', 'ü2', '']]) {
    const keys = madeKeys(subjects, 3);
    const shared = Buffer.alloc(8192);
    const lying = { ...keys, blindKey: shared.subarray(100, 132), isWatched: false };
    keys.blindKey.forEach((byte, at) => {
      shared[100 + at] = byte;
    });
    const packed = structuredClone(packKeys(lying));
    expect(packed.bytes.buffer.byteLength).toBe(32 * (2 + subjects.length));
    expect(unpackKeys(packed)).toEqual({ ...keys, isWatched: false });
  }
});

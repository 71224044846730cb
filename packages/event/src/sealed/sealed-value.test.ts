import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { pointerSegments } from '../json-pointer.js';
import type { EventInput } from '../schema.js';
import {
  commitmentOf,
  hasSealedKey,
  reservedSealedKey,
  SEALED_KEY,
  sealedFieldsOf,
  sealedValue,
} from './sealed-value.js';
import { sealedValueSchema } from './sealed-value-schema.js';

const COMMITMENT = 'a1'.repeat(32);

describe('a sealed value', () => {
  test('holds a commitment, and nothing else has one', () => {
    expect(commitmentOf(sealedValue(COMMITMENT))).toBe(COMMITMENT);
    for (const other of [
      COMMITMENT,
      null,
      [COMMITMENT],
      {},
      { [SEALED_KEY]: 7 },
      { [SEALED_KEY]: COMMITMENT.toUpperCase() },
      { [SEALED_KEY]: COMMITMENT.slice(2) },
      { [SEALED_KEY]: COMMITMENT, more: 1 },
      Object.create(sealedValue(COMMITMENT)),
    ]) {
      expect(commitmentOf(other)).toBeUndefined();
    }
  });

  test('is what the schema of stored events says', () => {
    expect(sealedValueSchema.safeParse(sealedValue(COMMITMENT)).success).toBe(true);
    expect(sealedValueSchema.safeParse({ [SEALED_KEY]: 'x' }).success).toBe(false);
  });

  test('is found wherever it stands', () => {
    const event = {
      actor: { name: sealedValue(COMMITMENT), id: 'u1' },
      targets: [{ id: 'a' }, { name: sealedValue('b2'.repeat(32)) }],
      metadata: { 'a/b': { '~': sealedValue('c3'.repeat(32)) } },
    };
    expect(sealedFieldsOf(event)).toEqual([
      { pointer: '/actor/name', commitment: COMMITMENT },
      { pointer: '/targets/1/name', commitment: 'b2'.repeat(32) },
      { pointer: '/metadata/a~1b/~0', commitment: 'c3'.repeat(32) },
    ]);
  });
});

describe('the reserved key', () => {
  test.each([
    [{ metadata: { $sealed: 1 } }, '/metadata/$sealed'],
    [{ request: [1, { deep: [{ $sealed: null }] }] }, '/request/1/deep/0/$sealed'],
    [{ $sealed: 'x' }, '/$sealed'],
  ])('in %j is told with its place', (event, pointer) => {
    expect(reservedSealedKey(event)).toMatchObject({ code: 'reserved-shape', pointer });
  });

  test('as a text, or as a part of another key, is none', () => {
    expect(reservedSealedKey({ message: '$sealed', metadata: { $sealed2: 1, 'x"$sealed': 2 } })).toBeUndefined();
  });

  test('is found exactly where JSON has it, also by the short way', () => {
    const others = anyJson.filter((value) => !JSON.stringify(value).includes(JSON.stringify(SEALED_KEY)));
    const fields = fc.constantFrom('metadata', 'request', 'response', 'changes');
    fc.assert(
      fc.property(others, fields, fc.boolean(), (value, field, isThere) => {
        const inner = isThere ? [value, { [SEALED_KEY]: value }] : [value];
        const event = { action: 'a.b', [field]: { after: inner } } as EventInput;
        const found = reservedSealedKey(event);
        expect(found !== undefined).toBe(isThere);
        expect(hasSealedKey(event)).toBe(isThere);
        if (found !== undefined) expect(pointerSegments(found.pointer)?.at(-1)).toBe(SEALED_KEY);
      }),
    );
  });
});

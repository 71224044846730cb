import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptableJson } from '../../testing/arbitraries.js';
import { canonicalJson } from '../canonical-json.js';
import type { Json } from '../json-value.js';
import { commitmentInput, type Opening, verifyOpenings } from './openings.js';
import { sealedValue } from './sealed-value.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const SALT = new Uint8Array(32).fill(7);
const SALT_HEX = Buffer.from(SALT).toString('hex');
const checks = { sha256, isCertified: (erasure: string) => erasure === 'e1' };
const seal = (value: Json) => sealedValue(sha256(commitmentInput(SALT, canonicalJson(value))));
const verdicts = (value: Json, ...openings: Opening[]) =>
  verifyOpenings({ actor: { name: seal(value) } }, openings, checks);

describe('a verifier', () => {
  test('finds the value verified whose salt and text make the commitment', () => {
    const opening = { pointer: '/actor/name', salt: SALT_HEX, value: 'Jane' };
    expect(verdicts('Jane', opening)).toEqual([{ pointer: '/actor/name', state: 'verified' }]);
  });

  test('computes the commitment as anybody can with a shell: SHA-256 of the salt and the JSON', () => {
    const byHand = createHash('sha256')
      .update(Buffer.concat([SALT, Buffer.from('{"a":1,"b":"ü"}')]))
      .digest('hex');
    const event = { metadata: { x: sealedValue(byHand) } };
    const opening = { pointer: '/metadata/x', salt: SALT_HEX, value: { b: 'ü', a: 1 } };
    expect(verifyOpenings(event, [opening], checks)).toMatchObject([{ state: 'verified' }]);
  });

  test('takes an erasure for one only with its certificate', () => {
    const pointer = '/actor/name';
    expect(verdicts('Jane', { pointer, erasure: 'e1' })).toEqual([{ pointer, state: 'erased', erasure: 'e1' }]);
    expect(verdicts('Jane', { pointer, erasure: 'e2' })).toEqual([
      { pointer, state: 'missing', reason: 'no-certificate' },
    ]);
  });

  test('finds missing what has no opening, or one of something else', () => {
    const pointer = '/actor/name';
    const wrong = { state: 'missing', reason: 'wrong-opening' };
    expect(verdicts('Jane')).toMatchObject([{ state: 'missing', reason: 'no-opening' }]);
    expect(verdicts('Jane', { pointer: '/actor/email', salt: SALT_HEX, value: 'Jane' })).toMatchObject([
      { state: 'missing', reason: 'no-opening' },
    ]);
    expect(verdicts('Jane', { pointer, salt: SALT_HEX, value: 'jane' })).toMatchObject([wrong]);
    expect(verdicts('Jane', { pointer, salt: SALT_HEX.replace('7', '8'), value: 'Jane' })).toMatchObject([wrong]);
    expect(verdicts('Jane', { pointer, salt: SALT_HEX.toUpperCase().replace('0', 'g'), value: 'Jane' })).toMatchObject([
      wrong,
    ]);
    expect(verdicts('Jane', { pointer, salt: SALT_HEX, value: '\ud800' })).toMatchObject([wrong]);
  });

  test('has nothing to say of an event without sealed fields', () => {
    expect(verifyOpenings({ actor: { name: 'Jane' } }, [{ pointer: '/actor/name', erasure: 'e1' }], checks)).toEqual(
      [],
    );
  });

  test('is convinced by no other value, whatever the two are', () => {
    fc.assert(
      fc.property(acceptableJson, acceptableJson, (value, other) => {
        const [verdict] = verdicts(value as Json, { pointer: '/actor/name', salt: SALT_HEX, value: other as Json });
        const isSame = canonicalJson(value) === canonicalJson(other);
        expect(verdict?.state).toBe(isSame ? 'verified' : 'missing');
      }),
    );
  });
});

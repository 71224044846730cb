import { describe, expect, test } from 'vitest';
import { madeKeys } from '../../testing/made-keys.js';
import { KnownKeys } from './known-keys.js';

const learn = (known: KnownKeys, subjects: string[], tenant = 'acme') =>
  known.learn(known.begin(tenant), madeKeys(subjects, 1, tenant));
const tagOf = (subject: string) => madeKeys([subject]).subjects.get(subject)!.tag;
const has = (known: KnownKeys, subject: string, tenant = 'acme') =>
  known.of(tenant)?.subjects.get(subject) !== undefined;

describe('keys', () => {
  test('are at hand once they were learned, in their tenant alone', () => {
    const known = new KnownKeys();
    expect(known.of('acme')).toBeUndefined();
    learn(known, ['u1']);
    expect(known.of('acme')).toMatchObject({ maskKey: madeKeys([]).maskKey, blindKey: madeKeys([]).blindKey });
    expect(known.of('acme')?.subjects.get('u1')).toEqual(madeKeys(['u1']).subjects.get('u1'));
    expect(has(known, 'u2')).toBe(false);
    learn(known, [], 'other');
    expect(has(known, 'u1', 'other')).toBe(false);
  });

  test('beyond the bound are forgotten, the longest unused first', () => {
    const known = new KnownKeys(2);
    learn(known, ['u1', 'u2']);
    has(known, 'u1');
    learn(known, ['u3']);
    expect(['u1', 'u2', 'u3'].map((subject) => has(known, subject))).toEqual([true, false, true]);
    // What was forgotten for room is no more found by its tag.
    known.forget('acme', tagOf('u2'));
    expect(has(known, 'u1')).toBe(true);
  });

  test.each<[string, Parameters<KnownKeys['forget']>, boolean[]]>([
    ['one subject', ['acme', tagOf('u1')], [false, true, true]],
    ['a tenant', ['acme'], [false, false, true]],
    ['all', [], [false, false, false]],
    ['another tenant', ['nobody'], [true, true, true]],
    ['a tag that nobody has', ['acme', 'x'], [true, true, true]],
  ])('are forgotten: of %s', (_, what, left) => {
    const known = new KnownKeys();
    learn(known, ['u1', 'u2']);
    learn(known, ['u1'], 'other');
    known.forget(...what);
    expect([has(known, 'u1'), has(known, 'u2'), has(known, 'u1', 'other')]).toEqual(left);
  });

  test.each<[string, Parameters<KnownKeys['forget']>, boolean[]]>([
    ['of one subject', ['acme', tagOf('u1')], [false, true]],
    ['of the tenant', ['acme'], [false, false]],
    ['of all', [], [false, false]],
    ['of another tenant', ['other'], [true, true]],
  ])('asked for before a change %s are not remembered', (_, what, left) => {
    const known = new KnownKeys();
    const question = known.begin('acme');
    known.forget(...what);
    known.learn(question, madeKeys(['u1', 'u2']));
    expect([has(known, 'u1'), has(known, 'u2')]).toEqual(left);
  });

  test('of a later question are remembered, whatever was forgotten before', () => {
    const known = new KnownKeys();
    known.abandon(known.begin('acme'));
    known.forget('acme');
    learn(known, ['u1']);
    expect(has(known, 'u1')).toBe(true);
  });
});

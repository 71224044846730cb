import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableJson, anyJson, rewritten } from '../testing/arbitraries.js';
import { canonicalJson, UnacceptableJsonError } from './canonical-json.js';
import { parseJson } from './json.js';
import { inspectJson } from './json-value.js';

describe('canonicalJson', () => {
  it('gives the example of RFC 8785, section 3.2.2, but for its numbers beyond 2^53', () => {
    const input = String.raw`{"numbers":[4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts by UTF-16 code units, as the example of section 3.2.3', () => {
    const input = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(input)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('sorts objects of many keys the same way', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${99 - index}`, index]));
    expect(canonicalJson(many)).toBe(canonicalize(many));
  });

  it('equals the reference library', () => {
    fc.assert(
      fc.property(acceptableJson, (value) => canonicalJson(value) === canonicalize(value)),
      { numRuns: 1_000 },
    );
  });

  it('reads back as the same value, and is its own canonical form', () => {
    fc.assert(
      fc.property(acceptableJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseJson(text).value)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order of keys or on white space', () => {
    fc.assert(
      fc.property(acceptableJson, (value) => canonicalJson(parseJson(rewritten(value)).value) === canonicalJson(value)),
    );
  });

  it('refuses exactly what the inspection refuses, with its problem', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const { problem } = inspectJson(value);
        if (problem === undefined) expect(canonicalJson(value)).toBe(canonicalize(value));
        else expect(() => canonicalJson(value)).toThrow(new UnacceptableJsonError(problem));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a date', { a: new Date(0) }, '/a'],
    ['a map', [new Map()], '/0'],
    ['a function', { a: () => 1 }, '/a'],
    ['a big integer', { a: 1n }, '/a'],
    ['undefined in an array', [undefined], '/0'],
  ])('refuses %s', (_, value, pointer) => {
    expect(inspectJson(value).problem).toMatchObject({ code: 'not-json', pointer });
    expect(() => canonicalJson(value)).toThrow(UnacceptableJsonError);
  });

  it('refuses what contains itself, by the limit of depth', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => canonicalJson(loop)).toThrow('Nested deeper');
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: { c: undefined } })).toBe('{"a":{}}');
  });
});

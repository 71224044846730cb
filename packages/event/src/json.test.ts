import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableJson, anyJson } from '../testing/arbitraries.js';
import { naivelyAcceptable } from '../testing/naive-json-reader.js';
import { canonicalJson } from './canonical-json.js';
import { countMembers, parseJson, parseJsonArray } from './json.js';
import { countSoundMembers, inspectJson, type Json } from './json-value.js';

describe('parseJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    [' [1, -2.5e3, "x\\u0041\\ud83d\\ude00", true, null, {}] ', [1, -2500, 'xA😀', true, null, {}]],
    ['"colon : and \\" quote \\\\"', 'colon : and " quote \\'],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['1e-400', 0],
    ['{"toString":1,"constructor":{"prototype":2}}', { toString: 1, constructor: { prototype: 2 } }],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual({ value });
  });

  it.each([
    ['{"a":{"b":1,"c":2,"b":3}}', 'duplicate-key', '/a/b'],
    ['{"a":1,"\\u0061":2}', 'duplicate-key', '/a'],
    ['[0,{"x/y~":1,"x/y~":1}]', 'duplicate-key', '/1/x~1y~0'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate-key', '/__proto__'],
    ['{"a":[1e400]}', 'number-out-of-range', '/a/0'],
    ['1E+400', 'number-out-of-range', ''],
    ['-1e400', 'number-out-of-range', ''],
    ['9007199254740992', 'number-out-of-range', ''],
    ['9007199254740993', 'number-out-of-range', ''],
    ['{"n":-9007199254740993}', 'number-out-of-range', '/n'],
    ['18446744073709551616', 'number-out-of-range', ''],
    ['{"a":"\\u0000"}', 'nul-character', '/a'],
    ['{"\\u0000":1}', 'nul-character', '/\0'],
    ['["\\ud800"]', 'lone-surrogate', '/0'],
    ['{"\\udc00":1}', 'lone-surrogate', '/\ufffd'],
    ['"\ud800"', 'lone-surrogate', ''],
  ])('refuses %j with %s at %j', (text, code, pointer) => {
    expect(parseJson(text).error).toMatchObject({ code, pointer });
  });

  it.each([
    ['', 1, 1],
    [' \n\n', 1, 1],
    ['\uFEFF{}', 1, 1],
    ['{"a":1,}', 1, 8],
    ['{\n  "a" 1\n}', 2, 7],
    ['[1 2]', 1, 4],
    ['{"a":01}', 1, 7],
    ['{a:1}', 1, 2],
    ["{'a':1}", 1, 2],
    ['"line\nbreak"', 1, 6],
    ['"bad \\x escape"', 1, 6],
    ['"bad \\u12g4"', 1, 6],
    ['"open', 1, 6],
    ['[1', 1, 3],
    ['{"a":1} {"b":2}', 1, 9],
    ['NaN', 1, 1],
    ['undefined', 1, 1],
    ['+1', 1, 1],
    ['.5', 1, 1],
    ['1.', 1, 2],
    ['"a\0b"', 1, 3],
  ])('says where %j stops being JSON', (text, line, column) => {
    expect(parseJson(text).error).toMatchObject({ code: 'invalid-json', pointer: '', line, column });
  });

  it('takes 64 levels and refuses 65, whatever the depth', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(parseJson(nested(64)).error).toBeUndefined();
    for (const levels of [65, 10_000, 1_000_000]) {
      expect(parseJson(nested(levels)).error).toMatchObject({ code: 'too-deep', pointer: '/0'.repeat(64) });
    }
    const open = parseJson('['.repeat(100_000)).error;
    expect(open).toMatchObject({ code: 'invalid-json', line: 1, column: 100_001 });
    expect(parseJson(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`).error).toMatchObject({ code: 'too-deep' });
  });

  it('reads -0 as a zero that is written as 0', () => {
    expect(canonicalJson(parseJson('[-0, -0.0, 0e5]').value)).toBe('[0,0,0]');
  });

  it('treats __proto__ as a key like any other', () => {
    const { value } = parseJson('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect((value as { polluted?: boolean }).polluted).toBeUndefined();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(canonicalJson(value)).toBe('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
  });

  it('survives huge strings and numbers', () => {
    const huge = 'x"\\'.repeat(1_000_000);
    expect(parseJson(JSON.stringify({ huge })).value).toEqual({ huge });
    expect(parseJson(`{"a":"${'y'.repeat(8_000_000)}","a":1}`).error).toMatchObject({
      code: 'duplicate-key',
      pointer: '/a',
    });
    expect(parseJson(`{"a":${'9'.repeat(1_000_000)},"a":1}`).error).toMatchObject({
      code: 'duplicate-key',
      pointer: '/a',
    });
    expect(parseJson(`[${'1'.repeat(1_000_000)}]`).error).toMatchObject({ code: 'number-out-of-range', pointer: '/0' });
  });

  it('counts members as the text has them', () => {
    expect(countMembers('{"a:":1,"b\\":":[{"c":":"}]}')).toBe(3);
    fc.assert(
      fc.property(acceptableJson, (value) => countMembers(JSON.stringify(value)) === inspectJson(value).members),
    );
  });
});

describe('countSoundMembers', () => {
  it('counts as the inspection does, and gives no number where that finds something', () => {
    fc.assert(
      fc.property(anyJson, fc.boolean(), (value, checkTexts) => {
        const parsed = JSON.parse(JSON.stringify(value)) as Json;
        const { problem, members } = inspectJson(parsed, checkTexts);
        expect(countSoundMembers(parsed, checkTexts)).toBe(problem === undefined ? members : Number.NaN);
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes 64 levels deep', () => {
    const nested = (levels: number) => JSON.parse(`${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`) as Json;
    expect(countSoundMembers(nested(64), false)).toBe(32);
    expect(countSoundMembers(nested(66), false)).toBeNaN();
  });
});

describe('parseJsonArray', () => {
  it('refuses a whole text that is no array, or has too many items', () => {
    expect(parseJsonArray('{}', 5).error).toMatchObject({ code: 'not-an-array' });
    expect(parseJsonArray('[{},]', 5).error).toMatchObject({ code: 'invalid-json', column: 5 });
    expect(parseJsonArray('[1,2,3]', 2).error).toMatchObject({ code: 'too-many-items' });
    expect(parseJsonArray('[]', 0)).toEqual({ items: [] });
  });

  it('refuses only the items that are wrong, with pointers from the item', () => {
    const text =
      '[{"a":1},{"b":1,"b":2},{"c":[9007199254740993]},{"d":"\\ud800"},{"e":2},{"f":{"g":1,"g":1,"h":1,"h":2}}]';
    expect(parseJsonArray(text, 10).items?.map((item) => item.error?.code ?? item.value)).toEqual([
      { a: 1 },
      'duplicate-key',
      'number-out-of-range',
      'lone-surrogate',
      { e: 2 },
      'duplicate-key',
    ]);
    expect(parseJsonArray(text, 10).items?.map((item) => item.error?.pointer)).toEqual([
      undefined,
      '/b',
      '/c/0',
      '/d',
      undefined,
      '/f/g',
    ]);
  });

  it('keeps a deep item apart from its neighbours', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const { items } = parseJsonArray(`[{"a":1},${deep},{"b":1,"b":2}]`, 10);
    expect(items?.map((item) => item.error?.code)).toEqual([undefined, 'too-deep', 'duplicate-key']);
  });

  it('agrees with parseJson item by item', () => {
    const texts = fc.array(
      fc.oneof(
        anyJson.map((value) => JSON.stringify(value)),
        jsonLikeText().filter(isJson),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(texts, (parts) => {
        const { items } = parseJsonArray(`[${parts.join(',')}]`, 10);
        expect(items?.map(shape)).toEqual(parts.map((part) => shape(parseJson(part))));
      }),
    );
  });
});

const shape = (result: ReturnType<typeof parseJson>) =>
  result.error === undefined ? result : { code: result.error.code, pointer: result.error.pointer };

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Texts made of JSON's own tokens: mostly broken, often nearly right. */
function jsonLikeText(): fc.Arbitrary<string> {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '"\\u0061"',
    '1',
    '-0',
    '1e400',
    '9007199254740993',
    'true',
    'null',
    ' ',
    '"',
    '\\',
    '01',
    '"\\ud800"',
  );
  return fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''));
}

describe('against a naive strict reader', () => {
  it('agrees on texts made of tokens, and on mutilated JSON', () => {
    const mutilated = fc
      .tuple(anyJson, fc.nat(200), fc.constantFrom('', ',', '"', '}', ':', '\\', '0', '"a":1,'))
      .map(([value, at, insert]) => {
        const text = JSON.stringify(value);
        return text.slice(0, at % text.length) + insert + text.slice((at % text.length) + 1);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          jsonLikeText(),
          mutilated,
          anyJson.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(parseJson(text).error === undefined, text).toBe(naivelyAcceptable(text));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

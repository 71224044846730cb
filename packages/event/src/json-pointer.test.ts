import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonPointer, pointerSegments } from './json-pointer.js';

describe('a JSON Pointer', () => {
  // RFC 6901, section 5.
  test.each([
    ['', []],
    ['/foo', ['foo']],
    ['/foo/0', ['foo', '0']],
    ['/', ['']],
    ['/a~1b', ['a/b']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
  ])('%j leads along %j', (pointer, segments) => {
    expect(pointerSegments(pointer)).toEqual(segments);
    expect(jsonPointer(segments)).toBe(pointer);
  });

  test.each(['foo', '#/foo', '/a~', '/a~2', ' /a'])('%j is none', (text) => {
    expect(pointerSegments(text)).toBeUndefined();
  });

  test('is read back as it was written, whatever the keys are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        expect(pointerSegments(jsonPointer(keys))).toEqual(keys);
      }),
    );
  });
});

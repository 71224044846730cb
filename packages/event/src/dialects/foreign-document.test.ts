import { describe, expect, it } from 'vitest';
import { readForeignDocument } from './foreign-document.js';

const problemsOf = (text: string) => {
  const document = readForeignDocument(text);
  if (document.error !== undefined) return document.error.code;
  return [document.value].flat().map((record) => document.problemIn(record)?.pointer);
};

describe('a document of another system', () => {
  it.each([
    ['what our rules take', '[{"a":1}]', [undefined]],
    ['texts that our rules refuse', '[{"a":"\\u0000"},{"a":"\\ud800"}]', [undefined, undefined]],
    ['what is nested deeply', `${'['.repeat(500)}${']'.repeat(500)}`, [undefined]],
    ['numbers that reading rounds', '[{"a":[0,{"b~/c":9007199254740993}]},{"a":1}]', ['/a/1/b~0~1c', undefined]],
    ['a number that is not finite', '{"a":1e999}', ['/a']],
  ])('is read with %s', (_what, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it.each([
    ['no JSON', '{"a":', 'invalid-json'],
    ['a key twice', '{"a":1,"a":1}', 'duplicate-key'],
  ])('is refused when it is %s or has it', (_what, text, code) => {
    expect(problemsOf(text)).toBe(code);
  });

  it('gives back the texts as they were', () => {
    expect(readForeignDocument('{"a":"x\\u0000"}').value).toEqual({ a: 'x\0' });
  });
});

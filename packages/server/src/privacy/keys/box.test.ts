import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeBox, openBox } from './box.js';

const KEY = randomBytes(32);
const NONCE = randomBytes(12);

test('a box gives back what was put in, to the same key and text only', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (content, text) => {
      const box = closeBox(KEY, NONCE, content, text);
      expect(box).toHaveLength(12 + content.length + 16);
      expect(openBox(KEY, box, text)).toEqual(Buffer.from(content));
      expect(openBox(KEY, box, `${text}.`)).toBeUndefined();
      expect(openBox(randomBytes(32), box, text)).toBeUndefined();
    }),
  );
});

test('no changed, missing or added byte opens', () => {
  const box = closeBox(KEY, NONCE, Buffer.from('content'), 't');
  for (let at = 0; at < box.length; at++) {
    const changed = Buffer.from(box);
    changed[at]! ^= 1;
    expect(openBox(KEY, changed, 't'), `byte ${at}`).toBeUndefined();
    expect(openBox(KEY, box.subarray(0, at), 't'), `${at} bytes`).toBeUndefined();
  }
  expect(openBox(KEY, Buffer.concat([box, Buffer.alloc(1)]), 't')).toBeUndefined();
});

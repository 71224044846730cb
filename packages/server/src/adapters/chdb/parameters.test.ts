import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from './engine.js';
import { setParameters } from './parameters.js';
import { RowBinaryReader } from './row-binary.js';

describe('query parameters', () => {
  it('are set in one statement, escaped for the literal and for the type behind it', () => {
    expect(setParameters({})).toBe('');
    expect(setParameters({ a: "it's", n: 7, big: 9_007_199_254_740_993n })).toBe(
      "SET param_a = 'it\\'s', param_n = '7', param_big = '9007199254740993'; ",
    );
    expect(setParameters({ text: 'a\tb\\' })).toBe("SET param_text = 'a\\\\tb\\\\\\\\'; ");
    expect(setParameters({ list: ["x'", 2, 3n] })).toBe("SET param_list = '[\\'x\\\\\\'\\',2,3]'; ");
  });

  it('refuse a NUL, which would end the statement inside the driver', () => {
    expect(() => setParameters({ a: 'x\0y' })).toThrow(RangeError);
    expect(() => setParameters({ a: ['x\0y'] })).toThrow(RangeError);
  });

  it('refuse a name that is not one of ours', () => {
    expect(() => setParameters({ 'a = 1, param_b': 'x' })).toThrow(RangeError);
  });

  describe('in the engine', () => {
    let engine: Engine;
    let path: string;
    beforeAll(async () => {
      path = await mkdtemp(join(tmpdir(), 'attestlog-parameters-'));
      engine = new Engine({
        path,
        readSessions: 1,
        maxReadSeconds: 30,
        maxReadBytes: 1_000_000_000,
        maxServerBytes: 2_000_000_000,
      });
    });
    afterAll(async () => {
      await engine.close();
      await rm(path, { recursive: true, force: true });
    });

    /** Text that a client may send: everything but NUL and lone surrogates, with a taste for what escapes. */
    const text = fc
      .array(
        fc.oneof(
          fc.constantFrom("'", '\\', '\t', '\n', '\r', '\b', '\f', '`', '{', '}', ';', '--', '"'),
          fc.string({ unit: 'binary' }),
        ),
      )
      .map((parts) => parts.join('').replaceAll('\0', ''))
      .filter((value) => value.isWellFormed());

    it('come back as they were sent, whatever they hold', async () => {
      await fc.assert(
        fc.asyncProperty(
          text,
          fc.array(text, { maxLength: 4 }),
          fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
          async (one, many, int) => {
            const rows = await engine.read(
              'SELECT {one:String}, {int:Int64}, length({many:Array(String)}), arrayJoin(arrayPushFront({many:Array(String)}, {one:String}))',
              { one, many, int },
            );
            const reader = new RowBinaryReader(rows);
            for (const expected of [one, ...many]) {
              expect(reader.text()).toBe(one);
              expect(reader.int64()).toBe(int);
              expect(reader.uint64()).toBe(many.length);
              expect(reader.text()).toBe(expected);
            }
            expect(reader.done).toBe(true);
          },
        ),
        { numRuns: 200 },
      );
    });

    it('do not leak into the next query of the session', async () => {
      await engine.read('SELECT {left_over:String}', { left_over: 'x' });
      await expect(engine.read('SELECT {never_set:String}')).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
});

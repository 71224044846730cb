import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableJson, anyJson, eventInput } from '../testing/arbitraries.js';
import { oddValue } from '../testing/odd-values.js';
import { CanonicalWriter } from './canonical-bytes.js';
import { canonicalJson, UnacceptableJsonError } from './canonical-json.js';

/** What the writer is held against: undefined for what it refuses, else its text. */
function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof UnacceptableJsonError) return undefined;
    throw error;
  }
}

const textOf = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** Has room for whatever the arbitraries make. */
const roomy = new CanonicalWriter(16 * 1024 * 1024);

describe('a canonical writer with room', () => {
  it.each([
    ['JSON that is fine', acceptableJson],
    ['any JSON', anyJson],
    ['values of all kinds', oddValue],
  ])('writes and refuses what canonicalJson does: %s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(textOf(roomy.write(value))).toBe(canonicalText(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('writes every UTF-16 unit at every place, in short strings and long ones', () => {
    const unit = fc.oneof(
      fc.nat(0xffff),
      fc.constantFrom(
        0,
        0x1f,
        0x22,
        0x5c,
        0x7f,
        0x80,
        0x7ff,
        0x800,
        0xd7ff,
        0xd800,
        0xdbff,
        0xdc00,
        0xdfff,
        0xe000,
        0x2028,
      ),
    );
    const plain = fc.nat(140).map((chars) => 'x'.repeat(chars));
    fc.assert(
      fc.property(plain, fc.array(unit, { maxLength: 3 }), plain, (before, units, after) => {
        const text = before + String.fromCharCode(...units) + after;
        expect(textOf(roomy.write(text))).toBe(canonicalText(text));
        expect(textOf(roomy.write({ [text]: 1 }))).toBe(canonicalText({ [text]: 1 }));
      }),
      { numRuns: 3_000 },
    );
    for (let code = 0; code <= 0xffff; code++) {
      const text = String.fromCharCode(code);
      if (textOf(roomy.write(text)) !== canonicalText(text)) expect.fail(`U+${code.toString(16)}`);
    }
  });

  it('sorts many keys, and keys of all kinds', () => {
    const key = fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(200).map(String));
    fc.assert(
      fc.property(fc.dictionary(key, fc.nat(), { maxKeys: 60 }), (object) => {
        expect(textOf(roomy.write(object))).toBe(canonicalText(object));
      }),
    );
  });

  it.each([63, 64, 65, 5_000])('goes %i levels deep, or not', (levels) => {
    const arrays: unknown = JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    const objects: unknown = JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    for (const value of [arrays, objects]) {
      const bytes = roomy.write(value);
      expect(bytes !== undefined).toBe(levels <= 64);
      expect(textOf(bytes)).toBe(canonicalText(value));
    }
  });

  it('takes the members of the stamp in the place of the own ones', () => {
    const ownOnes = fc.record(
      { id: oddValue, time: oddValue, received_at: oddValue, action: anyJson },
      { requiredKeys: [] },
    );
    const stamps = fc.record({ id: fc.string({ unit: 'binary' }), time: fc.string(), received_at: fc.string() });
    fc.assert(
      fc.property(fc.oneof(ownOnes, eventInput), stamps, (event, stamp) => {
        expect(textOf(roomy.write(event, stamp))).toBe(canonicalText({ ...event, ...stamp }));
      }),
    );
    const stamp = { id: 'i', time: 't', received_at: 'r' };
    expect(textOf(roomy.write({ metadata: { id: 1, time: 2, received_at: 3 } }, stamp))).toBe(
      '{"id":"i","metadata":{"id":1,"received_at":3,"time":2},"received_at":"r","time":"t"}',
    );
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(roomy.write({ request: deep(63) }, stamp)).toBeDefined();
    expect(roomy.write({ request: deep(64) }, stamp)).toBeUndefined();
    for (const value of [null, [], 'text', new Date(0)]) expect(roomy.write(value, stamp)).toBeUndefined();
  });
});

describe('a canonical writer at the end of its room', () => {
  const SLAB_BYTES = 4_096;
  /** Texts whose bytes come to anything from nothing to beyond the slab, by all the ways of writing them. */
  const text = fc
    .tuple(fc.constantFrom('x', '"', '\u0001', 'é', '€', '😀'), fc.oneof(fc.nat(40), fc.nat(500), fc.nat(1_500)))
    .map(([character, count]) => character.repeat(count));
  const value = fc.oneof(
    text,
    fc.array(text, { maxLength: 6 }),
    fc.dictionary(text, text, { maxKeys: 4 }),
    fc.nat(1_500).map((count) => Array(count).fill(0)),
    fc.nat(300).map((count) => Array(count).fill(-Number.MIN_VALUE * 1.5)),
    fc.nat(300).map((count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [index, []]))),
    fc
      .tuple(fc.nat(1_400), fc.integer({ min: 1, max: 64 }))
      .map(([chars, levels]) => nested('x'.repeat(chars), levels)),
  );

  function nested(inner: unknown, levels: number): unknown {
    return levels === 1 ? inner : { '': nested(inner, levels - 1) };
  }

  it('writes all of a value or nothing, and never again where it wrote one', () => {
    let written = 0;
    let left = 0;
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
        const writer = new CanonicalWriter(SLAB_BYTES);
        const made = values.map((each) => writer.write(each));
        values.forEach((each, index) => {
          if (made[index] === undefined) left += 1;
          else {
            written += 1;
            expect(textOf(made[index])).toBe(canonicalText(each));
          }
        });
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(written, left)).toBeGreaterThan(500);
  });

  it('always writes what a slab has room for, at three bytes for each unit of a text', () => {
    const writer = new CanonicalWriter(SLAB_BYTES);
    for (let round = 0; round < 1_000; round++) {
      const units = Math.floor((SLAB_BYTES - 256) / 3) - (round % 7) * 150;
      expect(writer.write('x'.repeat(units))).toHaveLength(units + 2);
    }
    expect(writer.write('x'.repeat(SLAB_BYTES / 3))).toBeUndefined();
  });

  it('takes a new slab for what the old one has no room for, and for nothing else', () => {
    const writer = new CanonicalWriter(SLAB_BYTES);
    const slabOf = (value: unknown) => writer.write(value)?.buffer;
    const first = slabOf('x'.repeat(1_000));
    expect(slabOf([Number.NaN])).toBeUndefined();
    expect(slabOf('y')).toBe(first);
    const second = slabOf('x'.repeat(1_000));
    expect(second).not.toBe(first);
    expect(slabOf([Number.NaN])).toBeUndefined();
    expect(slabOf('y')).toBe(second);
  });

  it('goes on after a value that it left, in the room that was left', () => {
    const writer = new CanonicalWriter(SLAB_BYTES);
    const first = writer.write({ a: 1 });
    expect(writer.write({ a: 'x'.repeat(500), b: Number.NaN })).toBeUndefined();
    const second = writer.write({ b: 2 });
    expect(second?.byteOffset).toBe(first?.length);
    expect(writer.write({ a: 'x'.repeat(500), b: 'y'.repeat(5_000) })).toBeUndefined();
    const third = writer.write({ c: 3 });
    expect([first, second, third].map(textOf)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it('is not led astray by getters', () => {
    const writer = new CanonicalWriter(SLAB_BYTES);
    const inner: unknown[] = [];
    const returning = {
      get a() {
        inner.push(writer.write('inner'));
        return 1;
      },
    };
    expect(textOf(writer.write({ returning }))).toBe('{"returning":{"a":1}}');
    expect(inner).toEqual([undefined]);
    const throwing = {
      get a(): never {
        throw new RangeError('no');
      },
    };
    expect(() => writer.write([1, throwing])).toThrow(RangeError);
    expect(textOf(writer.write([2]))).toBe('[2]');
  });
});

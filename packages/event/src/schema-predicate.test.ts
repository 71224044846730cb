import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventInput } from '../testing/arbitraries.js';
import { nearlyValidEvent, oddValue } from '../testing/odd-values.js';
import { eventInputSchema } from './schema.js';
import { schemaPredicate } from './schema-predicate.js';

const isSurelyValid = schemaPredicate(eventInputSchema);

/** Says no where the schema does, also by throwing. */
function accepts(schema: z.ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}

describe('the predicate of the event', () => {
  it('says yes to every event that is valid', () => {
    fc.assert(
      fc.property(eventInput, (event) => isSurelyValid(event)),
      { numRuns: 1_000 },
    );
  });

  it('says yes to an event that has all fields', () => {
    const text = 'x'.repeat(256);
    const party = { type: text, id: text, name: text, email: text };
    const file = { path: text, previous_path: text, checksum: text, previous_checksum: text, size: 0 };
    const event = {
      id: 'e-1',
      time: 'checked elsewhere',
      action: 'order.approve',
      operation: 'approve',
      category: text,
      actor: { ...party, on_behalf_of: party },
      targets: Array(64).fill({ type: text, id: text, name: text }),
      outcome: 'denied',
      reason: text,
      severity: 'debug',
      source: {
        ip: '2001:db8::1',
        user_agent: text,
        service: text,
        host: text,
        process: text,
        region: text,
        version: '1',
      },
      session_id: text,
      request_id: text,
      correlation_id: text,
      trace_id: text,
      message: text,
      changes: { before: null, after: [1] },
      request: { $other: 1 },
      response: 'text',
      file: { ...file, change: 'renamed', modification: 'content', diff: text, lines_added: 1, lines_removed: 2 },
      class: 'critical',
      retention_days: 36_500,
      metadata: { free: { text } },
    };
    expect(Object.keys(event).sort()).toEqual(Object.keys(eventInputSchema.shape).sort());
    expect(isSurelyValid(event)).toBe(true);
  });

  it('never says yes to what the schema refuses', () => {
    let yes = 0;
    let no = 0;
    fc.assert(
      fc.property(nearlyValidEvent, (event) => {
        if (!isSurelyValid(event)) no += 1;
        else {
          yes += 1;
          expect(accepts(eventInputSchema, event)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
    // The changes must not be such that the law holds for want of cases.
    expect(Math.min(yes, no)).toBeGreaterThan(1_000);
  });

  it('never says yes to what is no event at all', () => {
    fc.assert(
      fc.property(oddValue, (value) => !isSurelyValid(value) || accepts(eventInputSchema, value)),
      { numRuns: 2_000 },
    );
  });
});

describe('the predicate of any schema', () => {
  const pattern = fc.constantFrom(/^a/, /a/g, /b/y, /^$/);
  const bound = fc.integer({ min: -2, max: 3 });
  const check = fc.constantFrom<(value: unknown) => unknown>(
    (value) => value !== 'b',
    (value) => (typeof value === 'string' ? value.length : 1),
    (value) => Array.isArray(value) || Object.values(Object(value)).some((member) => member !== undefined),
    async () => true,
  );
  const schema: fc.Arbitrary<z.ZodType> = fc.letrec<{ schema: z.ZodType }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.nat(3).map((maximum) => z.string().max(maximum)),
      fc.tuple(pattern, check).map(([regex, test]) => z.string().regex(regex).refine(test)),
      fc.tuple(bound, bound).map(([least, most]) => z.int().min(least).max(most)),
      fc.tuple(bound, bound).map(([least, most]) => z.number().gt(least).lt(most)),
      fc.constantFrom(z.enum(['a', 'b']), z.enum({ A: 0, 0: 'A', B: 'b' } as const), z.unknown()),
      check.map((test) => z.custom(test)),
      fc.tuple(tie('schema'), check).map(([inner, test]) => inner.optional().refine(test)),
      tie('schema').map((inner) => inner.optional()),
      fc.tuple(tie('schema'), fc.nat(2)).map(([item, maximum]) => z.array(item).max(maximum)),
      fc.tuple(tie('schema'), tie('schema'), check).map(([a, b, test]) => z.strictObject({ a, b }).refine(test)),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.strictObject({ id: a, constructor: b })),
    ),
  })).schema;
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(
        '',
        'a',
        'b',
        'ba',
        'A',
        'aaaa',
        '😀😀',
        0,
        1,
        -0,
        1.5,
        3,
        null,
        undefined,
        true,
        Number.NaN,
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.record({ a: tie('value'), b: tie('value') }, { requiredKeys: [] }),
      fc.record({ id: tie('value'), constructor: tie('value') }, { requiredKeys: [] }),
      oddValue,
    ),
  })).value;

  it('never says yes to what the schema refuses', () => {
    let yes = 0;
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 1, maxLength: 20 }), (each, values) => {
        const predicate = schemaPredicate(each);
        for (const one of values) {
          if (!saysYes(predicate, one)) continue;
          yes += 1;
          expect(accepts(each, one)).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
    expect(yes).toBeGreaterThan(1_000);
  });

  function saysYes(predicate: (value: unknown) => boolean, one: unknown): boolean {
    try {
      return predicate(one);
    } catch {
      return false;
    }
  }

  it.each([
    ['a key that is there, even for unknown', z.strictObject({ a: z.unknown() }), {}],
    ['members that the prototype has', z.strictObject({ a: z.string().optional() }), Object.create({ a: 1 })],
    [
      'members that are not listed',
      z.strictObject({ a: z.string().optional() }),
      Object.defineProperty({}, 'a', { value: 1 }),
    ],
    ['keys that the prototype has', z.strictObject({}), Object.create({ a: 1 })],
    ['__proto__ as a key', z.strictObject({}), JSON.parse('{"__proto__":1}')],
    ['holes of an array', z.array(z.string()), new Array(1)],
    ['null as an optional', z.strictObject({ a: z.string().optional() }), { a: null }],
    ['an array as an object', z.strictObject({}), []],
    ['a promise as an answer', z.custom(async () => true), 1],
    ['an integer beyond 2^53', z.int(), 2 ** 53],
    ['infinity', z.number(), Number.POSITIVE_INFINITY],
  ])('minds %s', (_, strict, one) => {
    expect(accepts(strict, one)).toBe(false);
    expect(schemaPredicate(strict)(one)).toBe(false);
  });

  it('forgets what a pattern remembers', () => {
    const predicate = schemaPredicate(z.string().regex(/a/g));
    expect([predicate('a'), predicate('a'), predicate('a')]).toEqual([true, true, true]);
  });

  it.each([
    ['an object that drops other keys', z.object({})],
    ['an object that keeps other keys', z.looseObject({})],
    ['an object with a schema for other keys', z.object({}).catchall(z.string())],
    ['a symbol as a key', z.strictObject({ [Symbol('s')]: z.string() })],
    [
      '__proto__ as a key',
      z.strictObject(JSON.parse('{"__proto__":1}', (key, one) => (key === '__proto__' ? z.string() : one))),
    ],
    ['a format', z.email()],
    ['a format as a check', z.string().check(z.email())],
    ['other formats', z.iso.datetime()],
    ['lengths at least', z.string().min(1)],
    ['texts at the start', z.string().startsWith('a')],
    ['a change', z.string().trim()],
    ['coercion', z.coerce.string()],
    ['coercion to numbers', z.coerce.number()],
    ['smaller integers', z.int32()],
    ['multiples', z.number().multipleOf(2)],
    ['bounds that are no numbers', z.number().check(z.lt(1n) as never)],
    ['a list of issues', z.string().superRefine(() => undefined)],
    ['a check of its own', z.string().check(() => undefined)],
    ['a condition', z.string().refine(() => true, { when: () => false })],
    ['an optional that refuses undefined', z.strictObject({ a: z.exactOptional(z.string()) })],
    ['a default', z.string().default('a')],
    ['a catch', z.string().catch('a')],
    ['null', z.string().nullable()],
    ['a transformation', z.string().transform(Number)],
    ['a union', z.union([z.string(), z.number()])],
    ['a literal', z.literal('a')],
    ['a record', z.record(z.string(), z.string())],
    ['a tuple', z.tuple([z.string()])],
    ['recursion', z.lazy(() => z.string())],
    ['a length of what need not have one', z.unknown().check(z.maxLength(1) as never)],
    ['one of these inside', z.strictObject({ a: z.array(z.strictObject({ b: z.date().optional() })) })],
  ])('is not made of %s', (_, unknown) => {
    expect(() => schemaPredicate(unknown as z.ZodType)).toThrow(TypeError);
  });
});

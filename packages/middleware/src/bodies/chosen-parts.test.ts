import { inspectJson, type Json } from '@attestlog/event/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_MAX_CHARS, BODY_MAX_VALUES, chosenParts } from './chosen-parts.js';
import { SecretNames } from './secret-names.js';

const secrets = new SecretNames(['taxId']);
const chosen = (body: unknown, ...parts: string[]) => chosenParts(body, parts, secrets);

describe('the chosen parts of a body', () => {
  it('are those that are pointed at, where they stand', () => {
    const body = { a: { b: 1, c: 2 }, items: [{ sku: 'x', price: 3 }, { price: 4 }, { sku: 'y' }], d: null };
    expect(chosen(body, '/a/b', '/items/*/sku', '/d')).toEqual({
      a: { b: 1 },
      items: [{ sku: 'x' }, { sku: 'y' }],
      d: null,
    });
    expect(chosen(body, '/items/1')).toEqual({ items: [{ price: 4 }] });
    expect(chosen(body, '')).toEqual(body);
    expect(chosen(body, '/absent', '/a/b/c')).toBeUndefined();
    expect(chosen(undefined, '')).toBeUndefined();
    expect(() => chosen(body, 'a')).toThrow('no JSON Pointer');
  });

  it('have no secrets, by their names or their looks', () => {
    const body = {
      userPassword: 'x',
      'X-API-Key': { deep: 1 },
      tax_id: 123,
      note: 'card 4242 4242 4242 4242',
      number: 4242424242424242,
      key: 'AKIAIOSFODNN7EXAMPLE',
      author: 'kept',
      empty_token: null,
    };
    expect(chosen(body, '')).toEqual({
      userPassword: '[redacted]',
      'X-API-Key': '[redacted]',
      tax_id: '[redacted]',
      note: 'card **** **** **** 4242',
      number: '**** **** **** 4242',
      key: '[api_key]',
      author: 'kept',
      empty_token: null,
    });
    expect(chosen({ password: { value: 'x' } }, '/password/value')).toEqual({ password: '[redacted]' });
  });

  it('are bounded', () => {
    const long = 'x'.repeat(BODY_MAX_CHARS + 1);
    expect(chosen({ long, short: 'y' }, '')).toEqual({ long: '[left out: too large]', short: 'y' });
    const many = chosen(
      Array.from({ length: BODY_MAX_VALUES * 2 }, () => 1),
      '',
    ) as Json[];
    expect(many).toHaveLength(BODY_MAX_VALUES);
    let deep: object = {};
    for (let level = 0; level < 1_000; level++) deep = { deep };
    expect(JSON.stringify(chosen(deep, ''))).toContain('too large');
  });

  it('are JSON that an event may hold, whatever the body is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true }),
        (body) => {
          const part = chosen(body, '');
          if (part !== undefined) expect(inspectJson(part).problem).toBeUndefined();
        },
      ),
    );
    expect(chosen({ a: 'x\0y\ud800' }, '')).toEqual({ a: 'x\ufffdy\ufffd' });
    expect(chosen({ $blob: 1, $sealed: { x: 1 }, date: new Date(0), ['__proto__']: 1 }, '')).toEqual(
      JSON.parse('{"_$blob":1,"_$sealed":{"x":1},"date":"1970-01-01T00:00:00.000Z","__proto__":1}'),
    );
  });

  it('leave the body as it was', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const body = JSON.parse(text) as unknown;
        chosen(body, '', '/a/*');
        expect(JSON.stringify(body)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

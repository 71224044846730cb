import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DETECTABLE_MIN_CHARS, detect } from './detect.js';

/** What was found, as texts. */
const found = (text: string, label?: string) =>
  detect(text, label).map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`);

describe('detect', () => {
  it('gives findings in their order, each with its place', () => {
    const text = 'jane@example.com paid with 4242 4242 4242 4242 from 203.0.113.7';
    expect(detect(text)).toEqual([
      { kind: 'email', start: 0, end: 16 },
      { kind: 'credit_card', start: 27, end: 46 },
      { kind: 'ip_address', start: 52, end: 63 },
    ]);
  });

  it('finds nothing in texts that are too short for anything', () => {
    expect(found('a@b.c')).toEqual([]);
    expect(found('a@b.de')).toEqual(['email:a@b.de']);
    expect('a@b.de').toHaveLength(DETECTABLE_MIN_CHARS);
  });

  it('takes the name of a value as the words before it', () => {
    expect(found('4539578763621486')).toEqual(['credit_card:4539578763621486']);
    expect(found('4539578763621486', 'orderId')).toEqual([]);
    expect(found('2025550147')).toEqual([]);
    expect(found('2025550147', 'phone_number')).toEqual(['phone:2025550147']);
  });

  it('finds our own keys and refresh tokens', () => {
    const secret = 'Zx3'.repeat(22);
    expect(found(`key alk_0aB1cD2eF3gH_${secret.slice(0, 49)} was used`)).toHaveLength(1);
    expect(found(`alr_0aB1cD2eF3gH4iJ5_${secret.slice(0, 65)}`)).toHaveLength(1);
  });
});

describe('a password in a URL', () => {
  it.each([
    ['postgres://app:s3cretPass@db.example.com/main', 's3cretPass'],
    ['redis://:s3cretPass@cache.example.com', 's3cretPass'],
    ['https://app:p:q@example.com', 'p:q'],
    ['postgres://app:***@db.example.com/main', undefined],
    ['postgres://app:$DB_PASSWORD@db.example.com/main', undefined],
    ['postgres://app:{password}@db.example.com/main', undefined],
    ['https://app@example.com/', undefined],
    ['https://example.com:8080/a@b', undefined],
    ['https://app:@example.com', undefined],
  ])('%s: %s', (text, password) => {
    expect(found(text)).toEqual(password === undefined ? [] : [`url_password:${password}`]);
  });
});

/** Fragments of everything that is looked for, and of what ends it. */
const fragments = fc.constantFrom(
  ...'@ . - _ + ( ) : = / " # a@b.de jane example.com 4242 4111111111111111 203.0.113.7 2001:db8:: :: +1 +49 202 555 0142'.split(
    ' ',
  ),
  ...'078-05-1120 DE89370400440532013000 DE89 eyJ eyJhbGciOiJIUzI1NiJ9 AKIA ghp_ sk_live_ -----BEGIN PRIVATE KEY-----'.split(
    ' ',
  ),
  ...['PRIVATE KEY-----', '://', 'user:pass@', ' ', '\n', 'ssn ', 'phone ', 'card ', 'secret=', 'ä', '🙂', '\ud800'],
);
const hostile = fc
  .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 60 })
  .map((parts) => parts.join(''));

describe('laws', () => {
  it('findings lie inside the text, in their order, none over another, whatever the text is', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('', 'phone', 'order_id', 'secret'), (text, label) => {
        let floor = 0;
        for (const { start, end } of detect(text, label)) {
          expect(start).toBeGreaterThanOrEqual(floor);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          floor = end;
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('what stands in other lines changes nothing', () => {
    const certain = fc.constantFrom('jane@example.com', '4242 4242 4242 4242', 'DE89370400440532013000', '203.0.113.7');
    const prose = fc.array(fc.constantFrom('the', 'user', 'saw', 'report', 'seven'), { maxLength: 12 });
    fc.assert(
      fc.property(certain, prose, prose, (value, before, after) => {
        const text = `${before.join(' ')}\n${value}\n${after.join(' ')}`;
        expect(found(text).map((one) => one.slice(one.indexOf(':') + 1))).toEqual([value]);
      }),
    );
  });
});

describe('the work', () => {
  afterEach(() => vi.restoreAllMocks());

  /**
   * Characters that are looked at: calls of charCodeAt, and the length of whatever is searched or cut. The code has no
   * regular expressions and no other way to read a text in a loop, which the next test holds.
   */
  function workOf(text: string): number {
    let work = 0;
    const spy = (
      name: keyof typeof original,
      cost: (text: string, args: readonly unknown[], result: unknown) => number,
    ) => {
      const counted = function (this: string, ...args: unknown[]) {
        const result = (original[name] as (...args: unknown[]) => unknown).apply(this, args);
        work += cost(this, args, result);
        return result;
      };
      vi.spyOn(String.prototype, name).mockImplementation(counted as never);
    };
    spy('charCodeAt', () => 1);
    spy('startsWith', (_, [searched]) => String(searched).length);
    spy('slice', (_, __, result) => String(result).length);
    spy(
      'indexOf',
      (searched, [, from = 0], result) => (result === -1 ? searched.length : Number(result)) - Number(from),
    );
    detect(text, 'secret phone');
    vi.restoreAllMocks();
    return work;
  }
  const { charCodeAt, startsWith, slice, indexOf } = String.prototype;
  const original = { charCodeAt, startsWith, slice, indexOf };

  const units = [
    ...[
      '@',
      'a@',
      'a.',
      '@a.',
      'a@a.',
      'a@b.de:',
      'a@b.de:a',
      '1',
      '1 ',
      '1-',
      '1.',
      '1.1.1.1.',
      '(1',
      '1)(',
      '+1',
      '+1 ',
    ],
    ...[
      '4242 ',
      '4242424242424242 ',
      '4',
      '123 45 6789 ',
      '2001:',
      '::',
      ':',
      '=',
      '= ',
      '="',
      '=a',
      '://',
      '://a:',
      '://a:b@',
    ],
    ...[
      'eyJ',
      'eyJ-',
      'eyJaaaaaaaaaa.',
      'eyJaaaaaaaaaa.b.',
      'a',
      'A',
      'DE',
      'DE89',
      'DE89 ',
      'ghp_',
      'sk-',
      'sk-a',
      'AKIA',
    ],
    ...[
      'xoxb-',
      'SG.',
      'hooks.slack.com/services/',
      '-',
      '-----BEGIN ',
      '-----BEGIN PRIVATE KEY',
      '-----BEGIN PRIVATE KEY-----',
    ],
    ...[
      'phone 1',
      'phone 1 ',
      'ssn 1',
      'word ',
      'ä',
      'a.b@c.d e:1=2 +3 (4 ',
      `${'a'.repeat(63)}@`,
      `${'a.'.repeat(100)}@`,
    ],
    ...[`://${'a'.repeat(510)}`, `=${'a'.repeat(39)}`, `${'1'.repeat(25)} `, `sk-${'a'.repeat(47)} `],
  ];

  it.each(units)('grows with the length of the text and no faster, for %j again and again', (unit) => {
    const ofLength = (length: number) => workOf(unit.repeat(Math.ceil(length / unit.length)));
    const [once, twice] = [ofLength(2_048), ofLength(4_096)];
    expect(twice / once).toBeLessThan(2.2);
    // Each character is looked at from so many places at most.
    expect(once / 2_048).toBeLessThan(300);
  });

  it('is that little for ordinary text, too', () => {
    const text = 'The manager approved order 1042 of 199.90 EUR for the customer in Berlin. '.repeat(100);
    expect(workOf(text) / text.length).toBeLessThan(10);
  });

  it('is done without regular expressions on the text', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const apart = ['mask-value.ts'];
    const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts') && !apart.includes(name));
    const using = sources.filter((name) => {
      const code = readFileSync(`${folder}/${name}`, 'utf8').replaceAll(
        /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g,
        '',
      );
      return /\bRegExp\b|\.(?:match|matchAll|search|replace|replaceAll|test|exec)\(|[(=,:]\s*\/[^/*]/.test(code);
    });
    expect(using).toEqual([]);
  });
});

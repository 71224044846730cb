import fc from 'fast-check';

/**
 * Events and filters over one small stock of values, so that they meet often; the stock has what two readers of one
 * filter could see differently: cases, separators, signs of patterns, texts of numbers, and numbers.
 */
const texts = [
  'a',
  'A',
  'ab',
  'aB c',
  'order_1',
  'order-1',
  'é',
  'É',
  'ß',
  'ẞ',
  'İ',
  'i',
  'K',
  "it's",
  '%',
  '_',
  'a%',
  '\\',
  '\\%',
  '"',
  '*',
  'a*b',
  'x\ny',
  'x\ty',
  'x y',
  '900',
  '900.0',
  '-1',
  'true',
  'null',
  '😀',
  'a😀b',
  '\u2028',
  '{x:String}',
  "' OR 1 = 1 --",
  '["a"]',
  '{"a":"b"}',
  '{"$sealed":"ab"}',
  '\u0001',
  '..',
  '@me',
  '2025-10-06T12:54:12Z',
];
/** The same in each run, so that events and filters share them. */
const stock = <T>(arbitrary: fc.Arbitrary<T>) => fc.sample(arbitrary, { numRuns: 25, seed: 20_251_006 });
const randomTexts = stock(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })).map((random) =>
  random.toWellFormed().replaceAll('\0', '·'),
);
export const times = [
  '2025-10-06T12:54:12Z',
  '2025-10-06T14:54:12.000+02:00',
  '2025-10-06T12:54:12.000000001Z',
  '2025-10-06t12:54:12.5z',
  '2025-02-29T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '2025-04-31T00:00:00Z',
  '2025-10-06T24:00:00Z',
  '2025-10-06T23:59:60Z',
  '2025-10-06',
  '2025-10-06T12:54:12',
  '1900-01-01T00:00:00+01:00',
  '1901-01-01T00:00:00+23:59',
  '2261-12-31T23:59:59.999999999-23:59',
  '2262-04-11T23:47:16.854775807Z',
  '2263-01-01T00:00:00Z',
  '2025-1-06T12:54:12Z',
  '+2025-10-06T12:54:12Z',
  '2025-10-06T12:54:12.1234567891Z',
];
export const numbers = [
  0, -0, 1, -1, 0.1, 1e-7, 5e-324, 900, 900.5, 1_234_567, 9_007_199_254_740_991, -9_007_199_254_740_991,
];
const randomNumbers = stock(fc.double({ min: -1e6, max: 1e6, noNaN: true })).map((number) => number + 0);
export const addresses = [
  '10.0.0.1',
  '10.255.255.255',
  '11.0.0.0',
  '192.0.2.7',
  '0.0.0.0',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '2001:db8::1',
  '2001:DB8:0:0:0:0:0:1',
  '2001:db9::',
  'fe80::1%eth0',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '64:ff9b::192.0.2.33',
];
const words = ['password', 'sealed', 'Reset', 'reset', 'pass', 'größe', 'GRÖSSE', 'x1', '42', '😀', 'a', 'K'];
const separators = [...' -_.\'/:@[`{…\u00a0\n\u0001\x7f"\\'];
/** Letters that are the same in another case, for some readers. */
const cases = ['a', 'A', 'Aé', 'aé', 'AÉ', 'k', 'K', '\u212a', 'é', 'É', 'ß', 'ẞ', 'İ', 'ı', 'ς', 'Σ'];
const keys = ['a', 'b', 'A', 'a.b', '', '"', '\\', '__proto__', 'constructor', '0', 'é', 'length', 'name', "k'", '{k}'];

export const moments = [0n, 1_759_755_252_000_000_000n, 1_759_755_252_000_000_001n, 1_759_755_252_500_000_000n, -1n];

/** A text of the stock. */
export const text = fc.oneof({ arbitrary: fc.constantFrom(...texts), weight: 3 }, fc.constantFrom(...randomTexts));
export const number = fc.oneof(fc.constantFrom(...numbers), fc.constantFrom(...randomNumbers));
/** A key of free JSON. */
export const key = fc.oneof({ arbitrary: fc.constantFrom('a', 'b'), weight: 2 }, fc.constantFrom(...keys));
/** A text for people. */
export const name = fc.oneof(fc.constantFrom(...cases), text);
/** Undefined now and then. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
export const word = fc.oneof(fc.constantFrom(...words), text);
/** Words with what may stand between them. */
export const sentence = fc
  .array(fc.tuple(word, fc.constantFrom(...separators)), { maxLength: 6 })
  .map((parts) => parts.flat().join(''));

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type Json } from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Engine } from './engine.js';
import { numbersOfMembersSql, numericMembersSql } from './metadata-sql.js';

let engine: Engine;
let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'attestlog-metadata-'));
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

/** Keys and numbers of a metadata object, as an insert has them. */
async function columnsOf(metadata: Json): Promise<[keys: string[], numbers: (number | null)[]]> {
  const sql = `SELECT (${numericMembersSql('{metadata:String}')} AS numeric).1, ${numbersOfMembersSql('numeric')}
SETTINGS precise_float_parsing = 1, output_format_json_quote_denormals = 0`;
  const answer = await engine.read(sql, { metadata: canonicalJson(metadata) }, { format: 'JSONCompactEachRow' });
  return JSON.parse(Buffer.from(answer).toString());
}

it('has the numbers of each key, those in arrays too, and a mark for each object', async () => {
  const metadata = {
    amount: 1.5,
    counts: [1, -2, '3', [4], { five: 5 }, null],
    empty: {},
    nested: { amount: 6 },
    text: '7',
    truth: true,
    falsity: false,
    nothing: null,
    list: [],
    '[': 8,
    '"': 9,
  };
  const [keys, numbers] = await columnsOf(metadata);
  const pairs = keys.map((key, place) => [key, numbers[place]]);
  expect(pairs).toEqual([
    ['"', 9],
    ['[', 8],
    ['amount', 1.5],
    ['counts', 1],
    ['counts', -2],
    ['counts', null],
    ['empty', null],
    ['nested', null],
  ]);
});

it('has every number to the last digit', async () => {
  const double = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true }), fc.integer());
  const numbers = fc.sample(double, 3000).filter(
    // Whole numbers beyond these, up to 1e21, are what intake refuses.
    (number) => Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number)),
  );
  expect((await columnsOf({ n: numbers }))[1]).toEqual(numbers.map((number) => number + 0));
});

it('has none where there is no metadata', async () => {
  expect(await columnsOf({})).toEqual([[], []]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eraseItems, formatSealedItems, isErased, type SealedItems } from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyItems, anyKeys } from '../../ports/conformance/sealed-samples.js';
import { Engine } from './engine.js';
import { RowBinaryReader } from './row-binary.js';
import { blindsSql, COUNT_ERASED, ENTRIES_OF, ERASE_SEALED, ERASED, ITEMS_TO_ERASE, tagsSql } from './sealed-sql.js';

describe('the statements about sealed items', () => {
  it.each(Object.entries({ COUNT_ERASED, ENTRIES_OF, ERASE_SEALED, ITEMS_TO_ERASE }))(
    '%s is of one tenant',
    (_, sql) => {
      expect(sql).toContain('WHERE tenant_id = {tenant:String} AND ');
    },
  );

  it('an erasure returns when its parts are rewritten', () => {
    expect(ERASE_SEALED).toContain('SETTINGS mutations_sync = 2');
  });
});

describe('the SQL over the text of sealed items', () => {
  let engine: Engine;
  let path: string;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-sealed-sql-'));
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

  /** What an expression over the column `sealed` gives for each of the texts. */
  async function valuesOf(expression: string, texts: readonly string[], parameters = {}): Promise<string[]> {
    const sql = `SELECT ${expression} FROM (SELECT arrayJoin({texts:Array(String)}) AS sealed)`;
    const reader = new RowBinaryReader(await engine.read(sql, { texts, ...parameters }));
    const values: string[] = [];
    while (!reader.done) values.push(reader.text());
    return values;
  }
  const many = fc.array(anyItems, { minLength: 1, maxLength: 100 });

  it('erases what eraseItems erases, and leaves the rest byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(many, anyKeys, async (all, keys) => {
        const parameters = {
          tags: keys.map(({ subject }) => subject),
          throughs: keys.map(({ through }) => through),
          erasure: 'id-3',
        };
        const expected = all.map((items) => formatSealedItems(eraseItems(items, keys, 'id-3') ?? items));
        expect(await valuesOf(ERASED, all.map(formatSealedItems), parameters)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the tags, the erasures and the blind indexes that are there, and nothing in a pointer', async () => {
    const tagsOf = (items: SealedItems) => items.map((item) => (isErased(item) ? item.e : item.s));
    const blindsOf = (items: SealedItems) => items.flatMap((item) => (isErased(item) ? [] : item.b.filter(Boolean)));
    await fc.assert(
      fc.asyncProperty(many, async (all) => {
        const texts = all.map(formatSealedItems);
        const tags = await valuesOf(`arrayStringConcat(${tagsSql('sealed')}, ' ')`, texts);
        expect(tags).toEqual(all.map((items) => tagsOf(items).join(' ')));
        const blinds = await valuesOf(`arrayStringConcat(${blindsSql('sealed')}, ' ')`, texts);
        expect(blinds).toEqual(all.map((items) => blindsOf(items).join(' ')));
      }),
      { numRuns: 60 },
    );
  });

  it('finds nothing where nothing is sealed', async () => {
    expect(await valuesOf(`toString(tuple(${tagsSql('sealed')}, ${blindsSql('sealed')}))`, [''])).toEqual(['([],[])']);
  });
});

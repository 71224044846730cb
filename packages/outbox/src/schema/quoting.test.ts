import fc from 'fast-check';
import type pg from 'pg';
import { expect, it } from 'vitest';
import { postgresOfTests, testOnPostgres } from '../../testing/postgres-of-tests.js';
import { captureTriggerSql, dropCaptureTriggerSql } from './capture-trigger-sql.js';
import { outboxGrantsSql } from './grants-sql.js';
import { outboxSchemaSql } from './outbox-schema-sql.js';
import { quoteIdentifier, quoteLiteral } from './quoting.js';

let pool: pg.Pool;
postgresOfTests({ pool: { max: 1 } }, async (_postgres, itsPool) => {
  pool = itsPool;
});

/** Names that somebody chose to break out of quotes, comments and dollar quotes, or that are merely unusual. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 15 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        ';',
        '--',
        '/*',
        '$$',
        '$body$',
        '$body1$',
        '\n',
        '.',
        ' ',
        'a',
        'é',
        '{',
        ',',
        'U&',
      ),
      {
        minLength: 1,
        maxLength: 15,
      },
    )
    .map((parts) => parts.join('')),
);
const names = hostile.filter(
  (text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= 63,
);

testOnPostgres('a quoted identifier means exactly the name, a literal exactly the text, in every setting', async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.boolean(), async (name, isStandard) => {
      await pool.query(`SET standard_conforming_strings = ${isStandard ? 'on' : 'off'}`);
      const { rows, fields } = await pool.query(`SELECT ${quoteLiteral(name)} AS ${quoteIdentifier(name)}`);
      expect(fields.map((field) => field.name)).toEqual([name]);
      expect(rows).toEqual([{ [name]: name }]);
    }),
    { numRuns: 60 },
  );
  await pool.query('RESET standard_conforming_strings');
});

testOnPostgres('generated SQL does to a table with hostile names what it says, and nothing else', async () => {
  await pool.query('CREATE TABLE bystander (id integer)');
  await fc.assert(
    fc.asyncProperty(
      names,
      names,
      fc.uniqueArray(names, { minLength: 3, maxLength: 3 }),
      async (schema, table, columns) => {
        fc.pre(!/^pg_/.test(schema) && schema !== 'public');
        const [key, hidden, masked] = columns as [string, string, string];
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          await client.query(outboxSchemaSql({ schema }));
          await client.query(
            `CREATE TABLE public.${quoteIdentifier(table)} (${columns.map((name) => `${quoteIdentifier(name)} text`).join(', ')})`,
          );
          const capture = { table, noun: 'thing', primaryKey: [key], leaveOut: [hidden], mask: [masked], schema };
          await client.query(captureTriggerSql(capture));
          await client.query(`INSERT INTO public.${quoteIdentifier(table)} VALUES ('k', 'secret', 'secret')`);
          const { rows } = await client.query<{ event: string }>(
            `SELECT event FROM ${quoteIdentifier(schema)}.outbox_event`,
          );
          expect(rows.length).toBe(1);
          const event = JSON.parse(rows[0]!.event) as { changes: object; targets: object };
          expect(event).toMatchObject({ targets: [{ type: 'thing', id: 'k' }], changes: {} });
          expect(event.changes).toEqual({ after: { [key]: 'k', [masked]: '[masked]' } });
          expect(rows[0]!.event).not.toContain('secret');
          await client.query(dropCaptureTriggerSql(capture));
          await client.query(`INSERT INTO public.${quoteIdentifier(table)} VALUES ('l', '', '')`);
          const after = await client.query(`SELECT FROM ${quoteIdentifier(schema)}.outbox_event`);
          expect(after.rowCount).toBe(1);
        } finally {
          await client.query('ROLLBACK');
          client.release();
        }
      },
    ),
    { numRuns: 12 },
  );
  expect((await pool.query('SELECT FROM bystander')).rowCount).toBe(0);
});

it('what can be no name is refused, and so is a longer one than PostgreSQL would keep whole', () => {
  for (const name of ['', 'a\0b', '\ud800', 'é'.repeat(32)]) {
    expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ code: 'identifier-invalid' }));
    expect(() => outboxSchemaSql({ schema: name })).toThrow(expect.objectContaining({ code: 'identifier-invalid' }));
    expect(() => captureTriggerSql({ table: 't', noun: 't', leaveOut: [name] })).toThrow(
      expect.objectContaining({ code: 'identifier-invalid' }),
    );
    expect(() => outboxGrantsSql({ application: name, relay: 'r' })).toThrow();
  }
  expect(quoteIdentifier('é'.repeat(31))).toBe(`"${'é'.repeat(31)}"`);
});

it('a capture that hides its key, or whose noun begins no action, is refused', () => {
  for (const capture of [
    { table: 'orders', leaveOut: ['id'] },
    { table: 'orders', mask: ['id'] },
    { table: 'Orders' },
    { table: 'orders', noun: "o'" },
    { table: 'orders', noun: 'o'.repeat(241) },
    { table: 'orders', primaryKey: [] },
  ]) {
    expect(() => captureTriggerSql(capture)).toThrow(expect.objectContaining({ code: 'capture-invalid' }));
  }
});

it('the triggers read as one would write them', () => {
  expect(captureTriggerSql({ table: 'orders', noun: 'order', leaveOut: ['card'], mask: ['email'] })).toBe(
    `SELECT "attestlog".outbox_require_columns('"public"."orders"'::regclass, ARRAY['id', 'card', 'email']::text[]);
CREATE OR REPLACE TRIGGER attestlog_capture AFTER INSERT OR UPDATE OR DELETE ON "public"."orders"
  FOR EACH ROW EXECUTE FUNCTION "attestlog".outbox_capture_row('{"noun":"order","key":["id"],"leave_out":["card"],"mask":["email"]}');
CREATE OR REPLACE TRIGGER attestlog_capture_truncate AFTER TRUNCATE ON "public"."orders"
  FOR EACH STATEMENT EXECUTE FUNCTION "attestlog".outbox_capture_row('{"noun":"order","key":["id"],"leave_out":["card"],"mask":["email"]}');
`,
  );
});

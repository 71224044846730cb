import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadLimits } from '../../ports/read-options.js';
import { Engine } from './engine.js';

/** So much work that no machine is through with it while a test runs. */
const ENDLESS = 'SELECT max(cityHash64(number)) FROM numbers(1000000000000000)';
const RUNNING = "SELECT count() FROM system.processes WHERE startsWith(query, '/*query')";

describe('queries of clients', () => {
  let folder: string;
  let engine: Engine;
  const never = new AbortController().signal;
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8').trim();
  /** How many endless queries the engine has under way. */
  const running = async () => Number(text(await engine.read(RUNNING, {}, { format: 'TSV' })));
  const untilRunning = async (count: number) => {
    while ((await running()) !== count) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlog-limits-'));
    engine = new Engine({
      path: folder,
      readSessions: 2,
      maxReadSeconds: 600,
      maxReadBytes: 2 ** 30,
      maxQueryRows: 100_000_000_000_000_000,
      maxServerBytes: 2 ** 31,
    });
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('end in the engine when they are cancelled, and leave their sessions to others', async () => {
    const gone = new AbortController();
    // The third one has no session yet.
    const asked = [1, 2, 3].map(() => engine.read(ENDLESS, { tenant: 'a' }, { signal: gone.signal }));
    const ends = Promise.allSettled(asked);
    await untilRunning(1);
    gone.abort();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { kind: 'cancelled' } });
    expect(await running()).toBe(0);
    expect(text(await engine.read('SELECT 7', { tenant: 'a' }, { format: 'TSV', signal: never }))).toBe('7');
  });

  test('of one tenant leave a session to another, and do not hold up what the server reads for itself', async () => {
    const gone = new AbortController();
    const heavy = Promise.allSettled(
      [1, 2, 3, 4].map(() => engine.read(ENDLESS, { tenant: 'heavy' }, { signal: gone.signal })),
    );
    await untilRunning(1);
    const other = await engine.read('SELECT 8', { tenant: 'other' }, { format: 'TSV', signal: never });
    const own = await engine.read('SELECT 9', { tenant: 'heavy' }, { format: 'TSV' });
    expect([text(other), text(own), await running()]).toEqual(['8', '9', 1]);
    gone.abort();
    await heavy;
  });

  test('that stream end in the engine, too', async () => {
    const gone = new AbortController();
    const stream = engine.stream(ENDLESS, {}, 'a', { signal: gone.signal });
    const first = expect(stream.next()).rejects.toMatchObject({ kind: 'cancelled' });
    await untilRunning(1);
    gone.abort();
    await first;
    await untilRunning(0);
  });

  test.each([
    ['rows', 'max_rows_to_read = 10', 'SELECT sum(number) FROM numbers(1000)'],
    ['bytes', 'max_bytes_to_read = 10', 'SELECT sum(number) FROM numbers(1000)'],
    ['time', 'max_execution_time = 0.01', ENDLESS],
    ['memory', 'max_memory_usage = 20000000', 'SELECT count() FROM (SELECT number FROM numbers(50000000) GROUP BY 1)'],
    ['result', 'max_result_rows = 10', 'SELECT number FROM numbers(1000)'],
  ] as const)('are told of what they would have needed more: %s', async (exceeded, setting, sql) => {
    const limited = `${sql} SETTINGS ${setting}`;
    const asked = engine.read(limited, { tenant: 'a' }, { signal: never });
    await expect(asked).rejects.toMatchObject({ kind: 'exhausted', exceeded });
    // What the server does for itself is done again.
    await expect(engine.read(limited, { tenant: 'a' })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('are held to the limits that the engine was opened with, and the server’s own reads are not', async () => {
    const small = new Engine({
      path: folder,
      readSessions: 1,
      maxReadSeconds: 30,
      maxReadBytes: 2 ** 30,
      maxQueryRows: 500,
      maxQueryBytes: 4000,
      maxServerBytes: 2 ** 31,
    });
    try {
      const sum = (rows: number) => `SELECT sum(number) FROM numbers(${rows})`;
      await expect(small.read(sum(1000), {}, { signal: never })).rejects.toMatchObject({ kind: 'exhausted' });
      expect(text(await small.read(sum(400), {}, { format: 'TSV', signal: never }))).toBe('79800');
      expect(text(await small.read(sum(1000), {}, { format: 'TSV' }))).toBe('499500');
    } finally {
      await small.close();
    }
  });

  test('are held to closer limits of their own, and the next one on the session is not', async () => {
    const sql = 'SELECT sum(number) FROM numbers(1000)';
    const asked = (limits: ReadLimits) => engine.read(sql, { tenant: 'a' }, { format: 'TSV', signal: never, limits });
    await expect(asked({ maxRows: 500 })).rejects.toMatchObject({ kind: 'exhausted', exceeded: 'rows' });
    const grouped = 'SELECT count() FROM (SELECT number FROM numbers(50000000) GROUP BY 1)';
    const small = engine.read(grouped, { tenant: 'a' }, { signal: never, limits: { maxMemoryBytes: 20_000_000 } });
    await expect(small).rejects.toMatchObject({ kind: 'exhausted', exceeded: 'memory' });
    const short = engine.read(ENDLESS, { tenant: 'a' }, { signal: never, limits: { maxSeconds: 1 } });
    await expect(short).rejects.toMatchObject({ kind: 'exhausted', exceeded: 'time' });
    expect(text(await asked({}))).toBe('499500');
    expect(text(await asked({ maxRows: 2000 }))).toBe('499500');
  });

  test('cost what the engine has read for them, and come in the same bytes and the same order', async () => {
    const sql =
      "SELECT number, toString(number) AS word, count() AS n, count() AS m, '#1#2#3' FROM numbers(100000) WHERE number % 1000 = 7 GROUP BY number ORDER BY number DESC LIMIT 50";
    let rowsRead = 0;
    const onCost = (cost: { rowsRead: number }) => {
      rowsRead += cost.rowsRead;
    };
    const costed = await engine.read(sql, {}, { onCost });
    expect(Buffer.compare(costed, await engine.read(sql))).toBe(0);
    expect(rowsRead).toBe(100_000);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { eventRow } from '../../ports/conformance/event-rows.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';

const limits = { readSessions: 1, maxReadSeconds: 30, maxReadBytes: 1_000_000_000, maxServerBytes: 2_000_000_000 };
const TENANTS = ['acme', 'other', "' OR 1 = 1 --"];

describe('a session of the engine', () => {
  let folder: string;
  let engine: Engine;
  const text = async (sql: string, parameters = {}) =>
    Buffer.from(await engine.read(sql, parameters, { format: 'TSVRaw' })).toString('utf8');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlog-policy-'));
    // The path stands in the configuration and on the engine's command line.
    const path = join(folder, 'a "folder" & <more>');
    const store = await openChdbStore({ ...limits, path });
    const events = TENANTS.map((tenant, index) =>
      eventRow({ tenant, index, position: index, id: `e${index}`, time: '2025-10-06T12:54:12Z' }),
    );
    const nodes = TENANTS.map((tenant, index) => ({ tenant, level: 0, index, hash: new Uint8Array(32) }));
    await store.insert(batchOf('rows', events, nodes));
    await store.close();
    engine = new Engine({ ...limits, path });
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['events', 'tree'])(
    'sees the rows of its own tenant only in %s, though the query has no condition',
    async (table) => {
      for (const tenant of TENANTS) {
        expect(await text(`SELECT tenant_id FROM attestlog.${table}`, { tenant })).toBe(`${tenant}\n`);
      }
      expect(await text(`SELECT count() FROM attestlog.${table} WHERE tenant_id = 'other'`, { tenant: 'acme' })).toBe(
        '0\n',
      );
      expect(await text(`SELECT tenant_id FROM attestlog.${table}`, { tenant: 'nobody' })).toBe('');
    },
  );

  it('sees no row where the query names no tenant, whoever came before on the session', async () => {
    await text('SELECT 1', { tenant: 'acme' });
    expect(await text('SELECT tenant_id FROM attestlog.events')).toBe('');
  });

  it('that streams sees all rows', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of engine.stream('SELECT tenant_id FROM attestlog.events')) chunks.push(chunk);
    for (const tenant of TENANTS) expect(Buffer.concat(chunks).toString()).toContain(tenant);
  });

  it.each(["file('/etc/passwd', 'LineAsString')", "url('http://127.0.0.1:9/', 'LineAsString')"])(
    'reads nothing from %s',
    async (source) => {
      await expect(text(`SELECT * FROM ${source}`)).rejects.toThrow(/privileges/);
    },
  );

  it('cannot give itself more', async () => {
    await expect(engine.write('GRANT ALL ON *.* TO default')).rejects.toThrow();
    await expect(engine.write('CREATE ROW POLICY all ON attestlog.events USING 1 TO default')).rejects.toThrow();
  });
});

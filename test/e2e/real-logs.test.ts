import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cloudtrailDialect, type Dialect, kubernetesDialect, pointerSegments, replaceValues } from '@attestlog/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestlog } from '../support/command.js';
import { ServerProcess } from '../support/server-process.js';
import { sharedData, unlessAbsent } from '../support/shared-data.js';

interface ImportSummary {
  read: number;
  stored: number;
  duplicates: number;
  conflicts: number;
  refused: number;
}

/** Searched for at once. */
const IDS_A_SEARCH = 50;

interface Page {
  events: { event: { id: string }; personal?: { pointer: string; value: unknown }[] }[];
  next: string | null;
}

describe.skipIf(sharedData === undefined)(`real logs, from the command to the proof${unlessAbsent}`, () => {
  const cloudtrail = join(sharedData ?? '', 'cloudtrail-invictus', 'CloudTrail');
  const kubernetes = join(sharedData ?? '', 'kubernetes-audit2rbac');
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    server = await ServerProcess.start();
    folder = await mkdtemp(join(tmpdir(), 'attestlog-real-'));
  });
  afterAll(async () => {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[]) => attestlog(server, args, { XDG_STATE_HOME: folder });
  const importLogs = async (tenant: string, format: string, path: string) => {
    const { code, stdout, stderr } = await run(['import', '--json', '--tenant', tenant, '--format', format, path]);
    return { code, stderr, summary: JSON.parse(stdout) as ImportSummary };
  };
  const verify = async (tenant: string) => {
    const { code, stdout } = await run(['verify', '--json', '--tenant', tenant]);
    return { code, ...(JSON.parse(stdout) as { size: number; verified: number; violations: unknown[] }) };
  };
  const expectAllFound = async (
    tenant: string,
    dialect: Dialect<unknown>,
    records: readonly Record<string, unknown>[],
  ) => {
    const found = await allEvents(tenant);
    const ids: string[] = [];
    for (const record of records) {
      const mapped = dialect.toEvent(record);
      if (!mapped.ok) throw new Error(JSON.stringify(mapped.problems));
      ids.push(mapped.event.id!);
      expect(dialect.fromEvent(found.get(mapped.event.id!) as never)).toEqual(record);
    }
    expect(await foundByIds(tenant, ids)).toEqual(new Set(ids));
  };
  /** The ids of those that a search for them finds. */
  const foundByIds = async (tenant: string, ids: readonly string[]) => {
    const found = new Set<string>();
    for (let at = 0; at < ids.length; at += IDS_A_SEARCH) {
      const asked = ids.slice(at, at + IDS_A_SEARCH);
      const q = `id:(${asked.map((id) => JSON.stringify(id)).join(',')})`;
      const body = JSON.stringify({ q, fields: ['id'], limit: IDS_A_SEARCH });
      const answer = await server.fetch('/api/v1/events/search', { method: 'POST', tenant, body });
      expect(answer.status).toBe(200);
      for (const { event } of ((await answer.json()) as Page).events) found.add(event.id);
    }
    return found;
  };
  /** Every event of a tenant by its id, with the values of its sealed fields, which this reader may see. */
  const allEvents = async (tenant: string) => {
    const found = new Map<string, object>();
    for (let cursor = ''; ; ) {
      const answer = await server.fetch(`/api/v1/events?limit=1000${cursor}`, { tenant });
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as Page;
      for (const { event, personal = [] } of page.events) {
        const values = personal.map(({ pointer, value }) => ({ path: pointerSegments(pointer)!, value }));
        found.set(event.id, replaceValues(event, values));
      }
      if (page.next === null) return found;
      cursor = `&cursor=${page.next}`;
    }
  };

  const idsOf = async (tenant: string) => {
    const { stdout } = await run(['query', '--all', '--format', 'ndjson', '--tenant', tenant]);
    const lines = stdout.trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { id: string }).id);
  };
  /** The log verifies, and holds what was imported, and besides it only what the server says of its readers. */
  const expectProven = async (tenant: string, imported: number) => {
    // A search waits until what was recorded before it is in the log, as of the reads of this test.
    await idsOf(tenant);
    const proof = await verify(tenant);
    expect(proof).toMatchObject({ code: 0, verified: proof.size, violations: [] });
    const ids = await idsOf(tenant);
    const own = ids.filter((id) => id.startsWith('attestlog:')).length;
    expect(ids.length - own).toBe(imported);
    expect(proof.size).toBeGreaterThan(imported);
    expect(proof.size).toBeLessThanOrEqual(imported + own);
  };

  it('imports CloudTrail: 2,900 events, all found with their original values', async () => {
    const first = await importLogs('aws', 'cloudtrail', cloudtrail);
    expect(first.summary).toMatchObject({ read: 2900, stored: 2900, duplicates: 0, conflicts: 0, refused: 0 });
    expect(first.code).toBe(0);
    const records = readdirSync(cloudtrail).flatMap(
      (file) =>
        (JSON.parse(readFileSync(join(cloudtrail, file), 'utf8')) as { Records: Record<string, unknown>[] }).Records,
    );
    expect(records).toHaveLength(2900);
    await expectAllFound('aws', cloudtrailDialect as Dialect<unknown>, records);
  });

  it('adds nothing when CloudTrail is imported again, compressed this time', async () => {
    for (const file of readdirSync(cloudtrail)) {
      await writeFile(join(folder, `${file}.gz`), gzipSync(readFileSync(join(cloudtrail, file))));
    }
    const again = await importLogs('aws', 'cloudtrail', folder);
    expect(again.summary).toMatchObject({ read: 2900, stored: 0, duplicates: 2900, conflicts: 0, refused: 0 });
    await expectProven('aws', 2900);
  });

  it('imports Kubernetes audit logs; what repeats a key in another form is told as a conflict', async () => {
    const full = join(kubernetes, 'demo_full_v1beta1.ndjson');
    const first = await importLogs('k8s', 'kubernetes', full);
    expect(first.summary).toMatchObject({ read: 757, stored: 757, duplicates: 0, conflicts: 0, refused: 0 });
    const again = await importLogs('k8s', 'kubernetes', full);
    expect(again.summary).toMatchObject({ read: 757, stored: 0, duplicates: 757, conflicts: 0, refused: 0 });
    const other = await importLogs('k8s', 'kubernetes', join(kubernetes, 'demo_v1.ndjson'));
    expect(other.summary).toMatchObject({ read: 37, stored: 0, duplicates: 0, conflicts: 37, refused: 0 });
    expect(other.code).toBe(3);
    const lines = readFileSync(full, 'utf8').trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    await expectAllFound('k8s', kubernetesDialect as Dialect<unknown>, records);
    await expectProven('k8s', 757);
  });
});

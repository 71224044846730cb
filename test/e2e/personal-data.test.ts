import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestlog } from '../support/command.js';
import { ServerProcess } from '../support/server-process.js';

const TENANT = 'acme';

/** Persons who share nothing: each with as many events as the position in the list says. */
const PERSONS = ['usr_1', 'usr_2', 'usr_3'] as const;

interface SealedReport {
  entries: number;
  fields: number;
  verified: number;
  erased: number;
  missing: number;
  erasures: { erasure: string; entries: number; fields: number }[];
}

describe('a person’s data, from the command to the proof', () => {
  let server: ServerProcess;
  let folder: string;

  beforeAll(async () => {
    // Not the addresses: the server's own events have them too, and would be counted.
    server = await ServerProcess.start({ env: { ATTESTLOG_SEALED_FIELDS: '/actor/name,/actor/email' } });
    folder = await mkdtemp(join(tmpdir(), 'attestlog-personal-'));
    expect((await run('tenant', 'create', TENANT)).code).toBe(0);
    for (const [place, person] of PERSONS.entries()) {
      for (let i = 0; i <= place; i++) await record(`${person}-${i}`, person);
    }
  });
  afterAll(async () => {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => attestlog(server, ['--tenant', TENANT, ...args], { XDG_STATE_HOME: folder });

  async function record(id: string, person: string, more: object = {}): Promise<void> {
    const actor = { id: person, name: `Name of ${person}`, email: `${person}@company.example` };
    const event = { id, action: 'order.approve', actor, metadata: { iban: 'DE89370400440532013000' }, ...more };
    const body = JSON.stringify(event);
    const headers = { 'content-type': 'application/json' };
    const answer = await server.fetch('/api/v1/events', { method: 'POST', headers, body, tenant: TENANT });
    expect(answer.status).toBe(201);
  }

  async function verifySealed(
    ...more: string[]
  ): Promise<{ code: number | null; sealed: SealedReport; violations: unknown[] }> {
    const { code, stdout, stderr } = await run('verify', '--sealed', '--json', ...more);
    if (stdout === '') throw new Error(stderr);
    return { code, ...(JSON.parse(stdout) as { sealed: SealedReport; violations: unknown[] }) };
  }

  it('is not in the log, and proven to be what was recorded', async () => {
    const { stdout } = await run('query', '--all', '--format', 'ndjson');
    expect(stdout).not.toContain('company.example');
    expect(await verifySealed()).toMatchObject({
      code: 0,
      violations: [],
      sealed: { entries: 6, fields: 12, verified: 12, erased: 0, missing: 0 },
    });
  });

  it('is exported whole', async () => {
    const file = join(folder, 'pack.ndjson');
    const { code, stderr } = await run('person', 'export', 'usr_2', '--receipts', '--output', file);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('2 events with 4 sealed fields'),
    });
    expect(await readFile(file, 'utf8')).toContain('usr_2@company.example');
  });

  it('is not erased while a hold forbids it', async () => {
    const set = await run('hold', 'set', 'usr_2', '--reason', 'case 12', '--json');
    const { id } = JSON.parse(set.stdout) as { id: string };
    const refused = await run('erase', 'usr_2', '--yes');
    expect(refused).toMatchObject({ code: 8, stderr: expect.stringContaining(id) });
    expect((await run('hold', 'lift', id)).code).toBe(0);
    expect((await run('hold', 'list', '--json')).stdout).toBe('');
  });

  it('stays readable when the tenant’s key is replaced', async () => {
    expect((await run('rotate', 'tenant-key')).stdout).toContain(`Tenant ${TENANT} has a new key`);
    expect(await verifySealed()).toMatchObject({ code: 0, sealed: { verified: 12, missing: 0 } });
  });

  it('is erased for good, with every proof still valid and the other persons’ data as it was', async () => {
    const { code, stdout, stderr } = await run('erase', 'usr_2', '--reason', 'request 7', '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('4 fields in 2 entries') });
    expect(stdout).toMatch(/^attestlog erasure certificate v1\n/);
    const verified = await verifySealed();
    expect(verified).toMatchObject({ code: 0, sealed: { fields: 12, verified: 8, erased: 4, missing: 0 } });
    expect(verified.sealed.erasures).toMatchObject([{ entries: 2, fields: 4 }]);
    expect((await run('person', 'export', 'usr_2')).stdout).not.toContain('usr_2@company.example');
    expect((await run('person', 'export', 'usr_3')).stdout).toContain('usr_3@company.example');
    expect((await run('erase', 'list')).stdout).toMatch(/done .*request 7/);
  });

  it('is sealed as the tenant’s policy says', async () => {
    expect((await run('policy', 'set', '--seal', '/metadata/iban=/actor/id')).code).toBe(0);
    expect((await run('policy', 'show')).stdout).toMatch(/sealing +tenant .*\/metadata\/iban of \/actor\/id/);
    await record('later', 'usr_2');
    expect((await run('query', 'id:later', '--format', 'ndjson')).stdout).not.toContain('DE8937');
    expect(await verifySealed()).toMatchObject({ code: 0, sealed: { fields: 15, verified: 11, erased: 4 } });
  });

  it('is sealed, read and erased in payloads that are moved out too', async () => {
    expect((await run('policy', 'set', '--seal', '/request/iban')).code).toBe(0);
    await record('large', 'usr_9', { request: { iban: 'FR7630006000011234567890189', more: 'x'.repeat(70_000) } });
    const read = async () => (await (await server.fetch('/api/v1/events/large', { tenant: TENANT })).json()) as object;
    const personal = expect.arrayContaining([
      { pointer: '/request/iban', state: 'open', value: 'FR7630006000011234567890189' },
    ]);
    expect(await read()).toMatchObject({ event: { request: { $blob: {} } }, personal });
    const { sealed: without } = await verifySealed();
    expect(without).toMatchObject({ missing: 0, unseen_payloads: 1 });
    const fields = without.fields + 1;
    expect(await verifySealed('--payloads')).toMatchObject({
      code: 0,
      sealed: { fields, missing: 0, unseen_payloads: 0 },
    });
    expect((await run('erase', 'usr_9', '--yes')).code).toBe(0);
    expect(await read()).toMatchObject({
      personal: expect.arrayContaining([{ pointer: '/request/iban', state: 'erased' }]),
    });
    expect(await verifySealed('--payloads')).toMatchObject({ code: 0, sealed: { missing: 0 } });
  });
});

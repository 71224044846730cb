import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalJson } from '@attestlog/event';
import { cosigner, evidenceFiles, generateEd25519Key } from '@attestlog/tlog';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evidenceOf, seal } from '../testing/evidence-files.js';
import { rawZip } from '../testing/raw-zip.js';
import { runCli } from '../testing/run-cli.js';
import { sealedEvent } from '../testing/sealed-entries.js';
import { TestLog } from '../testing/test-log.js';

let folder: string;
let path: string;
let files: Map<string, Buffer>;
const log = new TestLog('log.example/acme');
const key = log.signer.verifierKey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-pack-'));
  path = join(folder, 'pack.zip');
  for (let i = 0; i < 40; i++)
    log.append(canonicalJson(i === 3 ? sealedEvent('e3').event : { id: `e${i}`, action: 'a.b' }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  files = await evidenceOf(log, { range: [2, 8], openings: new Map([[3, [sealedEvent('e3').opening]]]) });
});

async function verify(...args: string[]) {
  await writeFile(path, rawZip([...files].map(([name, bytes]) => ({ name, bytes }))));
  return runCli(['verify', path, ...args]);
}

describe('a pack', () => {
  it('is verified offline, with a verdict for each event', async () => {
    const { code, stdout } = await verify('--key', key);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Verified: 6 events, no violations\n/);
    expect(stdout).toContain('entries 2 to 7');
    expect(stdout).toContain('PROVEN: these are all entries of the range');
    expect(stdout).toContain('1 field: 1 verified, 0 erased, 0 missing');
    expect(stdout).toMatch(/verified {10}5 {2}a\.b {2}e5\n/);
    expect(stdout).toContain('(given)');
  });

  it('says plainly when the key is its own', async () => {
    expect((await verify()).stdout).toContain('TAKEN FROM THE PACK ITSELF');
  });

  it('that was made by a filter says what it cannot prove', async () => {
    files = await evidenceOf(log, { indexes: [2, 3] });
    const { code, stdout } = await verify('--key', key);
    expect(code).toBe(0);
    expect(stdout).toContain('NOT PROVABLE: the pack was made by a filter');
    expect(stdout).toContain('1 not opened in the pack');
  });

  it('is told as JSON', async () => {
    const { code, stdout } = await verify('--key', key, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      kind: 'range',
      origin: log.origin,
      size: 40,
      completeness: 'proven',
      events: { verified: 6, violated: 0, absent: 0 },
      sealed: { verified: 1, erased: 0, missing: 0, unopened: 0 },
      trust: 'given',
      manifest: { made_by: 'key:1' },
      verdicts: expect.arrayContaining([expect.objectContaining({ index: 2, id: 'e2', verdict: 'verified' })]),
    });
  });

  it('with violations ends with their code, and names each', async () => {
    files.set('events/5.json', Buffer.from('{"id":"\u001b[2J","action":"a.b"}'));
    const { code, stdout } = await verify('--key', key);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^NOT VERIFIED: 2 violations\n/);
    expect(stdout).toMatch(/violated {10}5 {2}not-included: /);
    expect(stdout).toContain('5 verified, 1 violated');
    expect(stdout).not.toContain('\u001b[2J');
    const report = JSON.parse((await verify('--key', key, '--json')).stdout);
    expect(report.verdicts[3]).toMatchObject({ index: 5, verdict: 'violated', code: 'not-included' });
  });

  it('that is hostile is refused with the same code, and told as JSON too', async () => {
    files.set('../evil', Buffer.from('x'));
    expect(await verify()).toMatchObject({ code: 2, stdout: expect.stringContaining('refused') });
    const { stdout } = await verify('--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, violations: [{ code: 'refused' }], verdicts: [] });
  });

  it('shows the cosignatures of witnesses whose keys are given', async () => {
    const witness = cosigner('witness.example', generateEd25519Key());
    const checkpoint = files.get(evidenceFiles.checkpoint)!.toString();
    const body = checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 1);
    const cosigned = checkpoint + witness.cosign(body, 1_700_000_000);
    for (const [name, bytes] of files) {
      if (name.startsWith('receipts/') || name === evidenceFiles.checkpoint)
        files.set(name, Buffer.from(bytes.toString().replace(checkpoint, cosigned)));
    }
    seal(files, log);
    const { code, stdout } = await verify('--key', key, '--key', witness.verifierKey);
    expect(code).toBe(0);
    expect(stdout).toContain('witness.example at 2023-11-14T22:13:20Z');
  });
});

describe('what is remembered of a log', () => {
  it('gives the key, and another tree of the same size is a fork', async () => {
    const memory = join(folder, 'memory.json');
    const remember = (checkpoint: string) =>
      writeFile(memory, JSON.stringify({ version: 1, log: 'x', keys: [key], checkpoint }));
    await remember(log.checkpoint(20));
    expect(await verify('--remember', memory)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('(remembered)'),
    });
    const fork = log.clone();
    fork.entries[9] = Buffer.from('another');
    await remember(fork.checkpoint());
    const { code, stdout } = await verify('--remember', memory);
    expect(code).toBe(2);
    expect(stdout).toContain('fork');
    expect(await readFile(memory, 'utf8')).toContain(fork.checkpoint().split('\n')[2]);
  });
});

describe('a folder', () => {
  it('with what was in a pack is verified alike', async () => {
    const unpacked = join(folder, 'unpacked');
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(unpacked, name)), { recursive: true });
      await writeFile(join(unpacked, name), bytes);
    }
    const { code, stdout } = await runCli(['verify', unpacked, '--key', key]);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 0, first: 'Verified: 6 events, no violations' });
    await rm(join(unpacked, 'events/5.json'));
    await symlink('/etc/hostname', join(unpacked, 'events/5.json'));
    expect(await runCli(['verify', unpacked, '--key', key])).toMatchObject({ code: 2 });
  });
});

it('goes with options of its own only, and needs something that is there', async () => {
  expect(await verify('--sealed')).toMatchObject({ code: 4 });
  expect(await runCli(['verify', join(folder, 'none.zip')])).toMatchObject({ code: 4 });
  expect(await verify('--key', 'nonsense')).toMatchObject({ code: 4 });
  expect(await verify('--key', key, '--origin', 'log.example/other')).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('wrong-origin'),
  });
});

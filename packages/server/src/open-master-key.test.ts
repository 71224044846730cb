import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AWS_KEYS, AwsKmsDouble } from '../testing/aws-kms-double.js';
import { EagerClock } from '../testing/eager-clock.js';
import { GcpDouble } from '../testing/gcp-double.js';
import { VaultDouble } from '../testing/vault-double.js';
import type { MasterKeyChoice } from './master-key-choice.js';
import { type MasterKeyParts, masterKeyPath, openMasterKey } from './open-master-key.js';

let data: string;
let clock: EagerClock;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-master-'));
  clock = new EagerClock();
});
afterEach(() => rm(data, { recursive: true, force: true }));

const open = (choice: MasterKeyChoice, more: Partial<MasterKeyParts> = {}) =>
  openMasterKey({ choice, data, environment: {}, clock, ...more });
const held = (...names: string[]) =>
  names.map((name) => `${name}:${Buffer.alloc(32, name).toString('base64')}`).join(',');

describe('the master key', () => {
  test('lies below the data folder, for its owner alone, when nothing else is said', async () => {
    const wrapped = await (await open({ kind: 'file' })).wrap(new Uint8Array([7]), 'c');
    expect((await stat(masterKeyPath(data))).mode & 0o777).toBe(0o600);
    expect([...(await (await open({ kind: 'file' })).unwrap(wrapped, 'c'))]).toEqual([7]);
  });

  test('may lie in another file, and then nothing is written below the data folder', async () => {
    const path = join(data, 'elsewhere', 'key');
    await open({ kind: 'file', path });
    expect(await readdir(data)).toEqual(['elsewhere']);
  });

  test('may come from the environment, the newest last', async () => {
    const wrapped = await (await open({ kind: 'env' }, { heldKeys: held('a') })).wrap(new Uint8Array([7]), 'c');
    const masterKey = await open({ kind: 'env' }, { heldKeys: held('a', 'b') });
    expect(masterKey.id).toBe('b');
    expect([...(await masterKey.unwrap(wrapped, 'c'))]).toEqual([7]);
    await expect(open({ kind: 'env' })).rejects.toMatchObject({ kind: 'refused' });
  });

  test('may take the place of an earlier one', async () => {
    const wrapped = await (await open({ kind: 'file' })).wrap(new Uint8Array([7]), 'c');
    const masterKey = await open({ kind: 'env' }, { heldKeys: held('a'), earlier: { kind: 'file' } });
    expect(masterKey.id).toBe('a');
    expect([...(await masterKey.unwrap(wrapped, 'c'))]).toEqual([7]);
  });

  test('may lie in AWS, found by the variables of its tools', async () => {
    const double = await new AwsKmsDouble(() => clock.nowMs()).listen();
    const environment = {
      AWS_ENDPOINT_URL_KMS: double.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: AWS_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: AWS_KEYS.secretAccessKey,
    };
    expect((await open({ kind: 'aws-kms', key: 'alias/attestlog' }, { environment })).id).toBe(double.alias);
    const { AWS_REGION: _, ...noRegion } = environment;
    await expect(open({ kind: 'aws-kms', key: 'alias/attestlog' }, { environment: noRegion })).rejects.toThrow(
      'AWS_REGION',
    );
    await double.close();
  });

  test('may lie in Google Cloud, whose key file is read', async () => {
    const double = await new GcpDouble(() => clock.nowMs()).listen();
    const file = join(data, 'account.json');
    await writeFile(file, JSON.stringify({ type: 'service_account', ...double.account }));
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: file };
    double.misbehave({ status: 400 });
    const key = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';
    await expect(open({ kind: 'gcp-kms', key }, { environment })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(double.asked.map(({ path }) => path)).toEqual(['/token']);
    await double.close();
  });

  test('may lie in Vault, found by the variables of its tools', async () => {
    const double = await new VaultDouble().listen();
    const vault = { kind: 'vault', mount: 'transit', key: 'attestlog' } as const;
    const environment = { VAULT_ADDR: double.url, VAULT_TOKEN: double.token };
    expect((await open(vault, { environment })).id).toBe('transit/attestlog:v1');
    await expect(open(vault, { environment: { VAULT_TOKEN: 'x' } })).rejects.toThrow('VAULT_ADDR');
    await expect(open(vault, { environment: { VAULT_ADDR: double.url } })).rejects.toThrow('VAULT_TOKEN');
    await double.close();
  });
});

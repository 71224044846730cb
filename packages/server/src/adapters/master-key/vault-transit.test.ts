import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EagerClock } from '../../../testing/eager-clock.js';
import { callLimits, hang } from '../../../testing/http-double.js';
import { VaultDouble } from '../../../testing/vault-double.js';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { formatEnvelope } from './envelope.js';
import { RemoteMasterKey } from './remote-master-key.js';
import { VaultTransit, type VaultTransitOptions } from './vault-transit.js';

function serviceOf(double: VaultDouble, clock: EagerClock, more: Partial<VaultTransitOptions> = {}): VaultTransit {
  const token = { token: double.token };
  return new VaultTransit({
    url: `${double.url}/`,
    mount: 'transit',
    key: 'attestlog',
    token,
    clock,
    limits: callLimits(double),
    ...more,
  });
}

describeMasterKey('Vault', async () => {
  const clock = new EagerClock();
  const double = await new VaultDouble().listen();
  const other = await new VaultDouble().listen();
  const open = () => RemoteMasterKey.open(serviceOf(double, clock));
  return {
    masterKey: await open(),
    reopen: open,
    rotate() {
      double.versions.push(new Uint8Array(32).fill(double.versions.length));
      return open();
    },
    idFollowsRotation: true,
    stranger: () => RemoteMasterKey.open(serviceOf(other, clock)),
    async dispose() {
      await double.close();
      await other.close();
    },
  };
});

let clock: EagerClock;
let double: VaultDouble;

beforeEach(async () => {
  clock = new EagerClock();
  double = await new VaultDouble().listen();
});
afterEach(() => double.close());

const encrypt = (service: VaultTransit) => service.encrypt(new Uint8Array(32), 'c');
const unavailable = (text: string) =>
  expect.objectContaining({ kind: 'unavailable', message: expect.stringContaining(text) });

test('the id names the version that wraps', async () => {
  expect(await encrypt(serviceOf(double, clock))).toMatchObject({
    key: 'transit/attestlog',
    id: 'transit/attestlog:v1',
  });
});

test('a token that is wrong is refused at once, and not told', async () => {
  const failure = await encrypt(serviceOf(double, clock, { token: { token: 'hvs.wrong' } })).catch(
    (error: Error) => error,
  );
  expect(failure).toEqual(unavailable('permission denied'));
  expect(String(failure)).not.toContain('hvs.');
  expect(double.asked).toHaveLength(1);
});

test('a token in a file is read again when it was refused, since an agent renews it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attestlog-vault-'));
  const file = join(folder, 'token');
  const service = serviceOf(double, clock, { token: { file } });
  await expect(encrypt(service)).rejects.toEqual(unavailable('cannot be read'));
  await writeFile(file, 'hvs.first\n');
  await encrypt(service);
  double.token = 'hvs.second';
  await expect(encrypt(service)).rejects.toEqual(unavailable('403'));
  await writeFile(file, 'hvs.second\n');
  await encrypt(service);
  await rm(folder, { recursive: true });
});

test('a namespace is named', async () => {
  double.namespace = 'team';
  await encrypt(serviceOf(double, clock, { namespace: 'team' }));
  await expect(encrypt(serviceOf(double, clock))).rejects.toEqual(unavailable('403'));
});

describe('a request', () => {
  test('to a Vault that is sealed, a standby, busy or slow is made again', async () => {
    const service = serviceOf(double, clock);
    for (const failure of [
      { status: 503, body: { errors: ['Vault is sealed'] } },
      { status: 473 },
      { status: 429 },
      hang,
    ]) {
      double.misbehave(failure, failure);
      expect(await encrypt(service)).toMatchObject({ id: 'transit/attestlog:v1' });
    }
    double.misbehave(...new Array(3).fill({ status: 503, body: { errors: ['Vault is sealed'] } }));
    await expect(encrypt(service)).rejects.toEqual(unavailable('Vault is sealed'));
  });

  test('for a key that there is none of is no sign of damage', async () => {
    const service = serviceOf(double, clock);
    const masterKey = await RemoteMasterKey.open(service);
    const { data } = await encrypt(service);
    const wrapped = formatEnvelope({ kind: 'vault-transit', key: 'transit/none', data });
    await expect(masterKey.unwrap(wrapped, 'c')).rejects.toEqual(unavailable('key not found'));
    const newer = formatEnvelope({ kind: 'vault-transit', key: 'transit/attestlog', data: data.replace('v1', 'v9') });
    await expect(masterKey.unwrap(newer, 'c')).rejects.toMatchObject({ kind: 'corrupt' });
  });
});

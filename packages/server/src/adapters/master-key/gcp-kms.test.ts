import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EagerClock } from '../../../testing/eager-clock.js';
import { GCP_KEY, GcpDouble } from '../../../testing/gcp-double.js';
import { callLimits, hang } from '../../../testing/http-double.js';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { GcpKms } from './gcp-kms.js';
import { GcpTokenSource, readServiceAccount, type ServiceAccount } from './gcp-token.js';
import { RemoteMasterKey } from './remote-master-key.js';

function serviceOf(double: GcpDouble, clock: EagerClock, account?: ServiceAccount, key = GCP_KEY): GcpKms {
  const parts = { metadataUrl: double.url, clock, limits: callLimits(double) };
  const token = new GcpTokenSource(account === undefined ? parts : { ...parts, account });
  return new GcpKms({ key, endpoint: double.url, token, clock, limits: callLimits(double) });
}

describeMasterKey('Google Cloud KMS', async () => {
  const clock = new EagerClock();
  const double = await new GcpDouble(() => clock.nowMs()).listen();
  const other = await new GcpDouble(() => clock.nowMs()).listen();
  const open = () => RemoteMasterKey.open(serviceOf(double, clock, double.account));
  return {
    masterKey: await open(),
    reopen: open,
    rotate() {
      double.versions.push(new Uint8Array(32).fill(double.versions.length));
      return open();
    },
    idFollowsRotation: true,
    stranger: () => RemoteMasterKey.open(serviceOf(other, clock, other.account)),
    async dispose() {
      await double.close();
      await other.close();
    },
  };
});

let clock: EagerClock;
let double: GcpDouble;

beforeEach(async () => {
  clock = new EagerClock();
  double = await new GcpDouble(() => clock.nowMs()).listen();
});
afterEach(() => double.close());

const encrypt = (service: GcpKms) => service.encrypt(new Uint8Array(32), 'c');
const unavailable = (text: string) =>
  expect.objectContaining({ kind: 'unavailable', message: expect.stringContaining(text) });

describe('a token', () => {
  test('is got for the key of a service account, once', async () => {
    const service = serviceOf(double, clock, double.account);
    await encrypt(service);
    await encrypt(service);
    expect(double.asked.map(({ path }) => path.replace(/^\/v1.*:/, ':'))).toEqual(['/token', ':encrypt', ':encrypt']);
  });

  test('is got from the machine where there is no such key', async () => {
    await encrypt(serviceOf(double, clock));
    expect(double.asked[0]?.path).toContain('/computeMetadata/');
  });

  test('is renewed before it expires, and when it was refused', async () => {
    const service = serviceOf(double, clock, double.account);
    await encrypt(service);
    clock.advance(3600_000 - 4 * 60_000);
    await encrypt(service);
    expect(double.asked.filter(({ path }) => path === '/token')).toHaveLength(2);
    double.tokens.clear();
    await encrypt(service);
    expect(double.asked.filter(({ path }) => path === '/token')).toHaveLength(3);
  });

  test('of a stranger is not given, and nothing of the key is told', async () => {
    const stranger = (await new GcpDouble(() => clock.nowMs())).account;
    const account = { ...double.account, private_key: stranger.private_key };
    const failure = await encrypt(serviceOf(double, clock, account)).catch((error: Error) => error);
    expect(failure).toEqual(unavailable('400'));
    expect(String(failure)).not.toContain('PRIVATE');
  });
});

describe('a request', () => {
  test('to a service that is busy, broken or slow is made again', async () => {
    const service = serviceOf(double, clock, double.account);
    await encrypt(service);
    for (const failure of [{ status: 429 }, { status: 503, body: 'no JSON' }, hang]) {
      double.misbehave(failure, failure);
      expect(await encrypt(service)).toMatchObject({ id: `${GCP_KEY}/cryptoKeyVersions/1` });
    }
    double.misbehave(hang, hang, hang);
    await expect(encrypt(service)).rejects.toEqual(unavailable('no answer'));
  });

  test('for a key that there is none of, or that one may not use, fails at once', async () => {
    const wrong = serviceOf(double, clock, double.account, `${GCP_KEY}-other`);
    await expect(RemoteMasterKey.open(wrong)).rejects.toEqual(unavailable('NOT_FOUND'));
    const service = serviceOf(double, clock, double.account);
    await encrypt(service);
    double.misbehave({ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } });
    await expect(encrypt(service)).rejects.toEqual(unavailable('PERMISSION_DENIED'));
  });
});

describe('the key file of a service account', () => {
  test('is read', () => {
    const account = { type: 'service_account', project_id: 'p', ...double.account };
    expect(readServiceAccount(JSON.stringify(account))).toEqual(double.account);
  });

  test.each(['', '{}', '{"type":"authorized_user","client_email":"a","private_key":"secret","token_uri":"c"}'])(
    'that is none is refused without a word of it: %s',
    (text) => {
      expect(() => readServiceAccount(text)).toThrow(expect.objectContaining({ kind: 'refused' }));
      expect(() => readServiceAccount(text)).not.toThrow('secret');
    },
  );
});

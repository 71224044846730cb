import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AWS_KEYS, AwsKmsDouble } from '../../../testing/aws-kms-double.js';
import { AwsMetadataDouble } from '../../../testing/aws-metadata-double.js';
import { signatureOf } from '../../../testing/aws-signature.js';
import { EagerClock } from '../../../testing/eager-clock.js';
import { callLimits, hang, tear } from '../../../testing/http-double.js';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { AwsCredentialSource } from './aws-credentials.js';
import { AwsKms, regionOf } from './aws-kms.js';
import { formatEnvelope } from './envelope.js';
import { RemoteMasterKey } from './remote-master-key.js';

const ENVIRONMENT = { AWS_ACCESS_KEY_ID: AWS_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: AWS_KEYS.secretAccessKey };

function serviceOf(double: AwsKmsDouble, clock: EagerClock, environment: Record<string, string> = ENVIRONMENT): AwsKms {
  const credentials = new AwsCredentialSource({ environment, clock, limits: callLimits(double) });
  const key = 'alias/attestlog';
  return new AwsKms({
    key,
    region: 'eu-central-1',
    endpoint: double.url,
    credentials,
    clock,
    limits: callLimits(double),
  });
}

describeMasterKey('AWS KMS', async () => {
  const clock = new EagerClock();
  const double = await new AwsKmsDouble(() => clock.nowMs()).listen();
  const other = await new AwsKmsDouble(() => clock.nowMs()).listen();
  const open = () => RemoteMasterKey.open(serviceOf(double, clock));
  return {
    masterKey: await open(),
    reopen: open,
    rotate() {
      double.rotateAlias();
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
let double: AwsKmsDouble;
let service: AwsKms;

beforeEach(async () => {
  clock = new EagerClock();
  double = await new AwsKmsDouble(() => clock.nowMs()).listen();
  service = serviceOf(double, clock);
});
afterEach(() => double.close());

const encrypt = () => service.encrypt(new Uint8Array(32), 'c');
const unavailable = (text: string) =>
  expect.objectContaining({ kind: 'unavailable', message: expect.stringContaining(text) });

test('the double demands the signature of the documentation’s test suite (get-vanilla)', () => {
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };
  const request = { method: 'GET', path: '/', headers, body: '' };
  const scope = '20150830/us-east-1/service/aws4_request';
  expect(signatureOf(request, { scope, signedHeaders: ['host', 'x-amz-date'] }, AWS_KEYS.secretAccessKey)).toBe(
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});

describe('a request', () => {
  test('is signed, and says the context that the key is bound to', async () => {
    await encrypt();
    const [{ headers, body, path }] = double.asked as [(typeof double.asked)[0]];
    expect(path).toBe('/');
    expect(headers['x-amz-target']).toBe('TrentService.Encrypt');
    expect(headers.authorization).toContain('/eu-central-1/kms/aws4_request');
    expect(JSON.parse(body)).toMatchObject({ KeyId: 'alias/attestlog', EncryptionContext: { attestlog: 'c' } });
  });

  test('with credentials that have expired meanwhile is made again with others', async () => {
    const metadata = await new AwsMetadataDouble().listen();
    metadata.credentials = [1, 2].map((n) => ({
      accessKeyId: `ASIA${n}`,
      secretAccessKey: `secret-${n}`,
      sessionToken: `token-${n}`,
      expiresAtMs: clock.nowMs() + 3_600_000,
    }));
    for (const { accessKeyId, secretAccessKey, sessionToken } of metadata.credentials) {
      double.credentials.set(accessKeyId, { secretAccessKey, sessionToken });
    }
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata.url}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: metadata.containerToken,
    };
    service = serviceOf(double, clock, environment);
    await encrypt();
    double.credentials.set('ASIA1', { secretAccessKey: 'secret-1', sessionToken: 'another' });
    await encrypt();
    expect(double.asked.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
      'token-1',
      'token-1',
      'token-2',
    ]);
    await metadata.close();
  });

  test('with the wrong secret is refused at once, and neither the secret nor the key is told', async () => {
    service = serviceOf(double, clock, { ...ENVIRONMENT, AWS_SECRET_ACCESS_KEY: 'another-secret' });
    const failure = await encrypt().catch((error: Error) => error);
    expect(failure).toEqual(unavailable('InvalidSignatureException'));
    expect(String(failure)).not.toContain('another-secret');
    expect(double.asked).toHaveLength(1);
  });

  test('to a service that is busy, broken, slow or torn is made again, with growing pauses', async () => {
    const throttled = { status: 400, body: { __type: 'ThrottlingException' } };
    const failures = [throttled, { status: 500, body: 'no JSON' }, { status: 429 }, hang, tear];
    for (const failure of failures) {
      clock.slept.length = 0;
      double.misbehave(failure, failure);
      expect(await encrypt()).toMatchObject({ key: double.alias });
      expect(clock.slept).toEqual([10, 20]);
    }
  });

  test('is given up after the limit', async () => {
    double.misbehave(...new Array<typeof hang>(3).fill(hang));
    await expect(encrypt()).rejects.toEqual(unavailable('no answer'));
    expect(double.asked).toHaveLength(3);
    await double.close();
    await expect(encrypt()).rejects.toEqual(unavailable('127.0.0.1'));
  });

  test.each([
    ['AccessDeniedException', { status: 400, body: { __type: 'AccessDeniedException' } }],
    ['DisabledException', { status: 400, headers: { 'x-amzn-errortype': 'DisabledException:http://x' } }],
    ['KeyId', { status: 200, body: 'no JSON' }],
    ['too long', { status: 200, body: 'x'.repeat(70_000) }],
  ])('that is answered with %s fails as unavailable', async (text, answer) => {
    double.misbehave(answer, answer, answer);
    await expect(encrypt()).rejects.toEqual(unavailable(text));
  });

  test('does not follow the service elsewhere', async () => {
    double.misbehave(...new Array(3).fill({ status: 302, headers: { location: `${double.url}/elsewhere` } }));
    await expect(encrypt()).rejects.toEqual(unavailable(''));
    expect(double.asked.map(({ path }) => path)).toEqual(['/', '/', '/']);
  });
});

describe('a wrapped key', () => {
  test('whose ciphertext was changed by somebody who mends the checksum is found out by the service', async () => {
    const masterKey = await RemoteMasterKey.open(service);
    const { key, data } = await encrypt();
    const changed = Buffer.from(data, 'base64');
    changed[changed.length - 1]! ^= 1;
    const wrapped = formatEnvelope({ kind: 'aws-kms', key, data: changed.toString('base64') });
    await expect(masterKey.unwrap(wrapped, 'c')).rejects.toMatchObject({ kind: 'corrupt' });
  });

  test('is bound to its key: that of another one is corrupt, an unknown one unavailable', async () => {
    const masterKey = await RemoteMasterKey.open(service);
    const { data } = await encrypt();
    double.rotateAlias();
    const swapped = formatEnvelope({ kind: 'aws-kms', key: double.alias, data });
    await expect(masterKey.unwrap(swapped, 'c')).rejects.toMatchObject({ kind: 'corrupt' });
    const unknown = formatEnvelope({ kind: 'aws-kms', key: 'arn:aws:kms:x:1:key/none', data });
    await expect(masterKey.unwrap(unknown, 'c')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('is not handed out when the service does not give it back', async () => {
    const masterKey = await RemoteMasterKey.open(service);
    const { key, data } = await service.encrypt(new Uint8Array(32).fill(9), 'c');
    // Whatever was lost on its way: the answer to somebody else's question, or bytes that nobody can decrypt.
    for (const CiphertextBlob of [data, Buffer.from('lost').toString('base64')]) {
      double.misbehave({ status: 200, body: { KeyId: key, CiphertextBlob } });
      await expect(masterKey.wrap(new Uint8Array(32), 'c')).rejects.toMatchObject({ name: 'PortFailure' });
    }
  });
});

test('opening a key that may not be used fails, with what the service said', async () => {
  double.misbehave({ status: 400, body: { __type: 'AccessDeniedException' } });
  await expect(RemoteMasterKey.open(service)).rejects.toEqual(unavailable('AccessDeniedException'));
});

test('the region is that of the ARN', () => {
  expect(regionOf('arn:aws-cn:kms:cn-north-1:1:key/x')).toBe('cn-north-1');
  expect(regionOf('alias/attestlog')).toBeUndefined();
});

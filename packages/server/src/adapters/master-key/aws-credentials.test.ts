import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsMetadataDouble } from '../../../testing/aws-metadata-double.js';
import { EagerClock } from '../../../testing/eager-clock.js';
import { callLimits } from '../../../testing/http-double.js';
import { AwsCredentialSource } from './aws-credentials.js';

const HOUR_MS = 3_600_000;

let clock: EagerClock;
let double: AwsMetadataDouble;

beforeEach(async () => {
  clock = new EagerClock();
  double = await new AwsMetadataDouble().listen();
  double.credentials = [1, 2].map((n) => ({
    accessKeyId: `ASIA${n}`,
    secretAccessKey: `secret-${n}`,
    sessionToken: `token-${n}`,
    expiresAtMs: clock.nowMs() + n * HOUR_MS,
  }));
});
afterEach(() => double.close());

const source = (environment: Record<string, string> = {}) =>
  new AwsCredentialSource({ environment, clock, limits: callLimits(double), metadataUrl: double.url });

test('keys of the environment come first, with their token if they have one', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' };
  expect(await source(keys).get()).toEqual({ accessKeyId: 'A', secretAccessKey: 's' });
  expect(await source({ ...keys, AWS_SESSION_TOKEN: 't' }).get()).toMatchObject({ sessionToken: 't' });
  expect(double.asked).toEqual([]);
});

test('the machine’s role is asked for by version 2 of the metadata service', async () => {
  expect(await source().get()).toEqual(double.credentials[0]);
  expect(double.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PUT /latest/api/token',
    'GET /latest/meta-data/iam/security-credentials/',
    'GET /latest/meta-data/iam/security-credentials/the-role',
  ]);
});

test('a container’s endpoint is asked with the token of the environment, or of a file', async () => {
  const url = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${double.url}/container` };
  const byText = source({ ...url, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token' });
  expect(await byText.get()).toMatchObject({ accessKeyId: 'ASIA1' });
  const folder = await mkdtemp(join(tmpdir(), 'attestlog-aws-'));
  const file = join(folder, 'token');
  await writeFile(file, 'container-token\n');
  expect(await source({ ...url, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }).get()).toMatchObject({
    accessKeyId: 'ASIA2',
  });
  await rm(folder, { recursive: true });
  await expect(source(url).get()).rejects.toMatchObject({ kind: 'unavailable' });
});

test('an endpoint in clear text elsewhere is not asked', async () => {
  for (const host of ['example.com', '127.0.0.1.example.com', '169.254.170.200']) {
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/x`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 't',
    };
    await expect(source(environment).get()).rejects.toThrow('clear text');
  }
});

test('credentials are kept until shortly before they expire, or until they were refused', async () => {
  const credentials = source();
  const first = await credentials.get();
  clock.advance(HOUR_MS - 6 * 60_000);
  expect(await credentials.get()).toBe(first);
  clock.advance(2 * 60_000);
  const second = await credentials.get();
  expect(second.accessKeyId).toBe('ASIA2');
  credentials.forget();
  expect(await credentials.get()).not.toBe(second);
});

test('a source that is away is asked again, and one that refuses is not', async () => {
  double.misbehave({ status: 500 });
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${double.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token',
  };
  expect(await source(environment).get()).toMatchObject({ accessKeyId: 'ASIA1' });
  double.asked.length = 0;
  double.misbehave({ status: 403 });
  await expect(source(environment).get()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(double.asked).toHaveLength(1);
});

import { describe, expect, it } from 'vitest';
import { detect } from './detect.js';

const MIXED = 'aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC';
const of = (length: number) => MIXED.repeat(4).slice(0, length);
const keys = (text: string, label?: string) =>
  detect(text, label)
    .filter(({ kind }) => kind === 'api_key')
    .map(({ start, end }) => text.slice(start, end));

describe('the id of an access key', () => {
  it('is no secret as the id of a key in a field for such ids', () => {
    const id = `AKIA${'ABCD2345'.repeat(2)}`;
    expect(keys(id, 'accessKeyId')).toEqual([]);
    expect(keys(id, 'aws_access_key_id')).toEqual([]);
    expect(keys(id, 'note')).toEqual([id]);
    expect(keys(`id ${id}`, 'accessKeyId')).toEqual([id]);
    expect(keys(`ghp_${of(36)}`, 'keyId')).toHaveLength(1);
  });
});

describe('a secret access key of AWS', () => {
  const secret = of(40);

  it.each([
    [`aws_secret_access_key=${secret}`, undefined, true],
    [`"SecretAccessKey": "${secret}"`, undefined, true],
    [secret, 'secretAccessKey', true],
    [`access_key=${secret}`, undefined, false],
    [secret, 'checksum', false],
    [`secret=${secret}a`, undefined, false],
    [`secret=${'0a'.repeat(20)}`, undefined, false],
  ])('%s as %s: %s', (text, label, expected) => {
    expect(keys(text, label)).toEqual(expected ? [secret] : []);
  });
});

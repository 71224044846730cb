import { describe, expect, test } from 'vitest';
import { readMasterKeyChoice } from './master-key-choice.js';

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const GCP = 'projects/p/locations/global/keyRings/r/cryptoKeys/k';

describe('the master key', () => {
  test.each([
    ['file', { kind: 'file' }],
    ['file:/etc/attestlog/master', { kind: 'file', path: '/etc/attestlog/master' }],
    ['file:C:\\keys\\master', { kind: 'file', path: 'C:\\keys\\master' }],
    ['env', { kind: 'env' }],
    [`aws-kms:${ARN}`, { kind: 'aws-kms', key: ARN }],
    ['aws-kms:alias/attestlog', { kind: 'aws-kms', key: 'alias/attestlog' }],
    [`gcp-kms:${GCP}`, { kind: 'gcp-kms', key: GCP }],
    ['vault:transit/attestlog', { kind: 'vault', mount: 'transit', key: 'attestlog' }],
    ['vault:teams/a/transit/key', { kind: 'vault', mount: 'teams/a/transit', key: 'key' }],
  ])('may be %s', (text, choice) => {
    expect(readMasterKeyChoice(text)).toEqual(choice);
  });

  test.each([
    '',
    'File',
    'file:',
    'env:x',
    'aws-kms',
    'aws-kms:key one',
    `gcp-kms:${GCP}/cryptoKeyVersions/1`,
    'vault:key',
    'vault:a/b?c=d',
    'hsm:1',
  ])('may not be %j', (text) => {
    expect(readMasterKeyChoice(text)).toBeUndefined();
  });
});

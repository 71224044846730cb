import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactSecrets } from './redact-secrets.js';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const redacted = (text: string, path = 'src/a.ts') => redactSecrets(text, path, hash);

const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(3)}-----END PRIVATE KEY-----`;

describe('a text without its secrets', () => {
  it.each([
    ['a key of an issuer', 'const k = "ghp_0123456789abcdefghijABCDEFGHIJ012345";', 'ghp_0123456789'],
    ['a private key', `x\n${key}\ny`, 'MIIEvQ'],
    ['a private key that is cut off', key.slice(0, 80), 'MIIEvQ'],
    ['a password in a URL', 'postgres://app:hunter2butlong@db/x', 'hunter2butlong'],
    ['a password in code', "const dbPassword = 'correct horse battery';", 'correct horse'],
    ['a password in JSON', '{"client_secret": "s3cr\\"et-value"}', 'et-value'],
    ['a quote that is not closed', 'password = "correct horse battery', 'battery'],
  ])('has not %s', (_, text, secret) => {
    expect(text).toContain(secret);
    expect(redacted(text)).not.toContain(secret);
    expect(redacted(text).split('\n')).toHaveLength(text.split('\n').length);
  });

  it.each([
    ['.env', 'DB_PASSWORD=correcthorse'],
    ['deploy/app.yaml', 'api_key: correcthorse'],
    ['config/app.properties', 'mail.token = correcthorse'],
    ['.env.production', `SECRET=${'correcthorse'.repeat(100)}`],
  ])('has no bare value of a setting in %s', (path, text) => {
    expect(redacted(text, path)).not.toContain('horse');
  });

  it.each([
    ['src/a.ts', 'const token = readToken(source);'],
    ['.env', 'PASSWORD=$DB_PASSWORD'],
    ['a.yaml', 'secret: {{ vault.secret }}'],
    ['README.md', 'The token of 3 words is j@example.com'],
  ])('is the text itself where there is none, in %s', (path, text) => {
    expect(redacted(text, path)).toBe(text);
  });

  it('shows that a secret changed', () => {
    const [before, after] = ['one-value-1', 'one-value-2'].map((value) => redacted(`PASSWORD=${value}`, '.env'));
    expect(before).toMatch(/^PASSWORD=\[api_key:h[0-9a-f]{16}\]$/);
    expect(after).not.toBe(before);
    expect(redacted('PASSWORD=one-value-1', '.env')).toBe(before);
  });

  it('has as many lines, whatever it is', () => {
    const pieces = fc.constantFrom(
      key,
      '\n',
      'password="',
      'token: ',
      'x',
      '"',
      'http://a:b@c',
      'sk_live_a1b2c3d4e5f6g7h8',
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const text = parts.join('');
        expect(redacted(text, '.env').split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });
});

import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ed25519KeyFromSeed,
  ed25519PublicKey,
  formatVerifierKey,
  generateEd25519Key,
  isKeyName,
  parseVerifierKey,
} from './note-key.js';
import { mutated } from './testing/mutations.js';
import { TlogError } from './tlog-error.js';

const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

describe('verifier keys', () => {
  it('reads the documented key of golang.org/x/mod/sumdb/note', () => {
    const key = parseVerifierKey(PETER);
    expect(key).toMatchObject({ name: 'PeterNeumann', keyId: 0xc74f20a3, type: 1 });
    expect(formatVerifierKey(key.name, key.type, key.publicKey)).toBe(PETER);
  });

  it('reads back what it writes, also with a plus in the base64', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter(isKeyName);
    fc.assert(
      fc.property(name, fc.constantFrom(1, 4), bytes(32), (name, type, publicKey) => {
        const text = formatVerifierKey(name, type, publicKey);
        expect(parseVerifierKey(text)).toMatchObject({ name, type, publicKey });
      }),
    );
    expect(parseVerifierKey(formatVerifierKey('pq', 6, new Uint8Array(1312))).type).toBe(6);
  });

  it('refuses every mutation', () => {
    fc.assert(
      fc.property(mutated(PETER), (text) => {
        if (text !== PETER) expect(() => parseVerifierKey(text)).toThrow(TlogError);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseVerifierKey(text)).toThrow(TlogError);
      }),
    );
  });

  it('refuses the malformed keys of the reference, whose key ids are right', () => {
    for (const text of [
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
      'PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ]) {
      expect(() => parseVerifierKey(text)).toThrow(expect.objectContaining({ code: 'malformed-key' }));
    }
  });

  it('knows names', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u3000b', 'a\nb', '\ud800'])
      expect(isKeyName(name)).toBe(false);
    for (const name of ['a', 'example.com/log', 'für.example']) expect(isKeyName(name)).toBe(true);
  });
});

describe('Ed25519 keys', () => {
  it('has the public key of RFC 8032 section 7.1, test 1', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    expect(Buffer.from(ed25519PublicKey(ed25519KeyFromSeed(seed))).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
    expect(() => ed25519KeyFromSeed(seed.subarray(1))).toThrow(TlogError);
  });

  it('makes keys, and refuses those of other kinds', () => {
    expect(ed25519PublicKey(generateEd25519Key())).toHaveLength(32);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => ed25519PublicKey(privateKey)).toThrow(TlogError);
  });
});

import { describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint, signCheckpoint } from './checkpoint.js';
import { cosignatureTime, cosignatureVerifier, cosigner, noteVerifier } from './cosignature.js';
import { parseSignatures } from './note.js';
import { ed25519KeyFromSeed, ed25519PublicKey, formatVerifierKey } from './note-key.js';
import { ORIGIN, testSigner } from './testing/memory-log.js';
import { cheapLeaf } from './testing/reference-tree.js';
import { TlogError } from './tlog-error.js';

const key = ed25519KeyFromSeed(new Uint8Array(32).fill(5));
const witness = cosigner('witness.example/w1', key);
const signer = testSigner();
const checkpoint = { origin: ORIGIN, size: 5, root: cheapLeaf(1) };
const body = formatCheckpoint(checkpoint);
const note = signCheckpoint(checkpoint, [signer]);
const TIME = 1_679_315_147;

describe('cosignatures', () => {
  it('state a time that opening the checkpoint gives', () => {
    const text = note + witness.cosign(body, TIME);
    const verifiers = [noteVerifier(signer.verifierKey), noteVerifier(witness.verifierKey)];
    expect(openCheckpoint(text, verifiers).cosignatures).toEqual([
      { name: 'witness.example/w1', keyId: witness.keyId, time: TIME },
    ]);
  });

  it('sign the text of the specification with a payload of 76 bytes', async () => {
    const [signature] = parseSignatures(witness.cosign(body, TIME));
    expect(signature!.signature).toHaveLength(72);
    expect(cosignatureTime(signature!.signature)).toBe(TIME);
    const { sign } = await import('node:crypto');
    const expected = sign(null, Buffer.from(`cosignature/v1\ntime ${TIME}\n${body}`), key);
    expect(Buffer.from(signature!.signature.subarray(8))).toEqual(expected);
  });

  it('do not verify for another time, text, key or length', () => {
    const verifier = cosignatureVerifier(witness.verifierKey);
    const { signature } = parseSignatures(witness.cosign(body, TIME))[0]!;
    const message = Buffer.from(body);
    expect(verifier.verify(message, signature)).toBe(true);
    for (let at = 0; at < signature.length; at++) {
      const changed = signature.with(at, signature[at]! ^ 1);
      expect(verifier.verify(message, changed)).toBe(false);
    }
    expect(verifier.verify(Buffer.from(`${body}x\n`), signature)).toBe(false);
    expect(verifier.verify(message, signature.subarray(1))).toBe(false);
    expect(verifier.verify(message, new Uint8Array(64))).toBe(false);
    const other = cosigner('witness.example/w1', ed25519KeyFromSeed(new Uint8Array(32).fill(6)));
    expect(cosignatureVerifier(other.verifierKey).verify(message, signature)).toBe(false);
  });

  it('keep the types of keys apart', () => {
    expect(() => cosignatureVerifier(signer.verifierKey)).toThrow(TlogError);
    const plain = formatVerifierKey('witness.example/w1', 1, ed25519PublicKey(key));
    expect(noteVerifier(plain).keyId).not.toBe(witness.keyId);
    const postQuantum = formatVerifierKey('pq.example', 6, new Uint8Array(1312));
    expect(() => noteVerifier(postQuantum)).toThrow(expect.objectContaining({ code: 'malformed-key' }));
  });

  it('refuse times that are not whole seconds', () => {
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => witness.cosign(body, time)).toThrow(TlogError);
    expect(() => cosignatureTime(new Uint8Array(71))).toThrow(TlogError);
  });
});

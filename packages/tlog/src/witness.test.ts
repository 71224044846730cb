import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { cosigner, noteVerifier } from './cosignature.js';
import { ed25519KeyFromSeed } from './note-key.js';
import { consistencyProof, verifyConsistency } from './proof.js';
import { HashStore, ORIGIN, testSigner } from './testing/memory-log.js';
import { mutated } from './testing/mutations.js';
import { cheapLeaf } from './testing/reference-tree.js';
import { TlogError } from './tlog-error.js';
import {
  addSignatures,
  formatAddCheckpoint,
  formatTreeSize,
  parseAddCheckpoint,
  parseTreeSize,
  readCosignatures,
} from './witness.js';

const signer = testSigner();
const log = noteVerifier(signer.verifierKey);
const witness = cosigner('witness.example/w1', ed25519KeyFromSeed(new Uint8Array(32).fill(5)));
const known = noteVerifier(witness.verifierKey);
const other = cosigner('witness.example/w2', ed25519KeyFromSeed(new Uint8Array(32).fill(6)));

const store = new HashStore();
const roots = [store.tree.root()];
for (let i = 0; i < 300; i++) {
  store.tree.append(cheapLeaf(i));
  roots.push(store.tree.root());
}
const checkpointAt = (size: number) => signCheckpoint({ origin: ORIGIN, size, root: roots[size]! }, [signer]);
const requestFor = async (old: number, size: number) =>
  formatAddCheckpoint({ old, proof: await consistencyProof(old, size, store), checkpoint: checkpointAt(size) });

describe('add-checkpoint', () => {
  it('carries what a witness needs to check and to cosign', async () => {
    for (const [old, size] of [
      [0, 5],
      [5, 5],
      [5, 300],
      [256, 300],
    ] as const) {
      const request = parseAddCheckpoint(await requestFor(old, size));
      const opened = openCheckpoint(request.checkpoint, [log]);
      expect(verifyConsistency(request.old, opened.size, request.proof, roots[old]!, opened.root)).toBe(true);
      const answer = witness.cosign(opened.body, 1_700_000_000);
      const lines = readCosignatures(answer, request.checkpoint, [known]);
      expect(lines).toMatchObject([{ name: witness.name, time: 1_700_000_000, line: answer }]);
      const cosigned = addSignatures(
        request.checkpoint,
        lines.map(({ line }) => line),
      );
      expect(openCheckpoint(cosigned, [log, known]).cosignatures).toHaveLength(1);
    }
  });

  it('reads only what it would write', async () => {
    const valid = await requestFor(7, 300);
    fc.assert(
      fc.property(fc.oneof(mutated(valid), fc.string({ unit: 'binary' })), (text) => {
        try {
          expect(formatAddCheckpoint(parseAddCheckpoint(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has at most 63 proof lines', () => {
    const request = { old: 1, checkpoint: checkpointAt(5), proof: Array.from({ length: 63 }, () => cheapLeaf(0)) };
    const text = formatAddCheckpoint(request);
    expect(parseAddCheckpoint(text)).toEqual(request);
    expect(() => formatAddCheckpoint({ ...request, proof: [...request.proof, cheapLeaf(0)] })).toThrow(TlogError);
    const line = text.split('\n')[1]!;
    expect(() => parseAddCheckpoint(text.replace(`${line}\n`, `${line}\n${line}\n`))).toThrow(TlogError);
  });
});

describe('answers of a witness', () => {
  it('states a size on conflict', () => {
    expect(parseTreeSize(formatTreeSize(0))).toBe(0);
    expect(parseTreeSize('20852014\n')).toBe(20_852_014);
    for (const text of ['', '\n', '5', '05\n', '5\n\n', '-1\n', '9007199254740992\n']) {
      expect(() => parseTreeSize(text)).toThrow(expect.objectContaining({ code: 'malformed-witness-message' }));
    }
  });

  it('ignores unknown keys and refuses known ones that do not verify', () => {
    const checkpoint = checkpointAt(5);
    const { body } = openCheckpoint(checkpoint, [log]);
    const answer = other.cosign(body, 1) + witness.cosign(body, 2);
    expect(readCosignatures(answer, checkpoint, [known]).map(({ time }) => time)).toEqual([2]);
    const wrong = witness.cosign(body.replace('5', '6'), 2);
    expect(() => readCosignatures(wrong, checkpoint, [known])).toThrow(
      expect.objectContaining({ code: 'bad-signature' }),
    );
    expect(() => readCosignatures('', checkpoint, [known])).toThrow(
      expect.objectContaining({ code: 'malformed-note' }),
    );
  });

  it('replaces the earlier cosignature of the same witness', () => {
    const checkpoint = checkpointAt(5);
    const { body } = openCheckpoint(checkpoint, [log]);
    const once = addSignatures(checkpoint, [witness.cosign(body, 1), other.cosign(body, 1)]);
    const twice = addSignatures(once, [witness.cosign(body, 2)]);
    const opened = openCheckpoint(twice, [log, known, noteVerifier(other.verifierKey)]);
    expect(opened.cosignatures.map(({ time }) => time)).toEqual([2, 1]);
  });
});

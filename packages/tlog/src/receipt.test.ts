import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, signCheckpoint } from './checkpoint.js';
import { noteVerifier } from './cosignature.js';
import { leafHash } from './hash.js';
import { signNote } from './note.js';
import { inclusionProof } from './proof.js';
import { formatReceipt, parseReceipt, verifyReceipt } from './receipt.js';
import { flip, HashStore, ORIGIN, testSigner } from './testing/memory-log.js';
import { mutated } from './testing/mutations.js';
import { TlogError } from './tlog-error.js';

const SIZE = 300;
const entry = (i: number) => new Uint8Array(Buffer.from(`entry ${i}`));
const store = new HashStore();
for (let i = 0; i < SIZE; i++) store.tree.append(leafHash(entry(i)));
const root = store.tree.root();
const signer = testSigner();
const verifiers = [noteVerifier(signer.verifierKey)];
const checkpoint = signCheckpoint({ origin: ORIGIN, size: SIZE, root }, [signer]);
const receiptFor = async (index: number, extra?: Uint8Array) => {
  const receipt = { index, proof: await inclusionProof(index, SIZE, store), checkpoint };
  return formatReceipt(extra === undefined ? receipt : { ...receipt, extra });
};
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TlogError);
    return (error as TlogError).code;
  }
};

describe('receipts', () => {
  it('has the form of tlog-proof v1', async () => {
    const text = await receiptFor(299, Buffer.from('more'));
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual(['c2sp.org/tlog-proof@v1', 'extra bW9yZQ==', 'index 299']);
    expect(text.endsWith(`\n\n${checkpoint}`)).toBe(true);
    expect(parseReceipt(text).extra).toEqual(new Uint8Array(Buffer.from('more')));
  });

  it('verifies for its entry and for no other', async () => {
    for (const index of [0, 1, 255, 256, 299]) {
      const text = await receiptFor(index);
      expect(verifyReceipt(text, entry(index), verifiers, ORIGIN)).toEqual({
        origin: ORIGIN,
        index,
        size: SIZE,
        root,
        cosignatures: [],
      });
      expect(codeOf(() => verifyReceipt(text, entry(index + 1), verifiers))).toBe('not-included');
      expect(codeOf(() => verifyReceipt(text, flip(entry(index), 0), verifiers))).toBe('not-included');
    }
  });

  it('has a distinct code for each cause', async () => {
    const text = await receiptFor(7);
    const proof = await inclusionProof(7, SIZE, store);
    const stranger = testSigner('example.com/other');
    const cases: [string, string][] = [
      ['malformed-receipt', text.replace('index 7', 'index 07')],
      ['malformed-receipt', text.replace('v1', 'v2')],
      ['malformed-note', text.replace('—', '-')],
      ['bad-signature', text.replace('\n300\n', '\n301\n')],
      ['index-out-of-range', text.replace('index 7', 'index 300')],
      ['not-included', text.replace('index 7', 'index 8')],
      ['not-included', formatReceipt({ index: 7, proof: proof.slice(1), checkpoint })],
      ['not-included', formatReceipt({ index: 7, proof: [...proof, root], checkpoint })],
      ['malformed-checkpoint', formatReceipt({ index: 7, proof, checkpoint: signNote('x\n', [signer]) })],
      ['unknown-key', formatReceipt({ index: 7, proof, checkpoint: signNote('x\n', [stranger]) })],
    ];
    for (const [code, changed] of cases) expect(codeOf(() => verifyReceipt(changed, entry(7), verifiers))).toBe(code);
    expect(codeOf(() => verifyReceipt(text, entry(7), verifiers, 'example.com/other'))).toBe('wrong-origin');
    const foreign = signNote(formatCheckpoint({ origin: ORIGIN, size: SIZE, root }), [stranger]);
    const both = [...verifiers, noteVerifier(stranger.verifierKey)];
    const misattributed = formatReceipt({ index: 7, proof, checkpoint: foreign });
    expect(codeOf(() => verifyReceipt(misattributed, entry(7), both))).toBe('wrong-origin');
  });

  it('reads only what it would write', async () => {
    const valid = await receiptFor(3, Uint8Array.of(1, 2, 3));
    fc.assert(
      fc.property(fc.oneof(mutated(valid), fc.string({ unit: 'binary' })), (text) => {
        try {
          expect(formatReceipt(parseReceipt(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not verify any mutation that proves something else', async () => {
    const valid = await receiptFor(3);
    fc.assert(
      fc.property(mutated(valid), (text) => {
        if (codeOf(() => verifyReceipt(text, entry(3), verifiers)) === undefined) {
          expect(verifyReceipt(text, entry(3), verifiers)).toMatchObject({ index: 3, size: SIZE, root });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out extra data that is empty', async () => {
    expect(await receiptFor(3, new Uint8Array(0))).toBe(await receiptFor(3));
    expect(codeOf(() => parseReceipt(`c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n${checkpoint}`))).toBe(
      'malformed-receipt',
    );
  });
});

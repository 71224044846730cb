import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { cosignatureVerifier, cosigner, noteVerifier } from './cosignature.js';
import { EMPTY_ROOT } from './hash.js';
import { signNote } from './note.js';
import { ed25519KeyFromSeed } from './note-key.js';
import { ORIGIN, testSigner } from './testing/memory-log.js';
import { mutated } from './testing/mutations.js';
import { cheapLeaf } from './testing/reference-tree.js';
import { TlogError } from './tlog-error.js';

const signer = testSigner();
const verifier = noteVerifier(signer.verifierKey);
const checkpoint = { origin: ORIGIN, size: 20_852_163, root: cheapLeaf(7) };
const failure = (run: () => unknown): unknown => {
  try {
    return run() && undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TlogError);
    return (error as TlogError).code;
  }
};

describe('checkpoint bodies', () => {
  it('reads the example of the specification', () => {
    const body = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    expect(parseCheckpoint(body)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(formatCheckpoint(parseCheckpoint(body))).toBe(body);
  });

  it('keeps extension lines of foreign logs', () => {
    const body = `${formatCheckpoint(checkpoint)}extension 1\nextension 2\n`;
    expect(parseCheckpoint(body).extensions).toEqual(['extension 1', 'extension 2']);
    expect(formatCheckpoint(parseCheckpoint(body))).toBe(body);
    expect(failure(() => parseCheckpoint(`${body}\n`))).toBe('malformed-checkpoint');
  });

  it.each(['01', '-1', '1.0', '1e3', ' 1', '', '9007199254740992', '99999999999999999', '٣'])(
    'refuses the size %j',
    (size) => {
      const body = formatCheckpoint(checkpoint).replace('20852163', size);
      expect(failure(() => parseCheckpoint(body))).toBe('malformed-checkpoint');
    },
  );

  it('knows the root of no entries', () => {
    expect(parseCheckpoint(formatCheckpoint({ origin: 'a', size: 0, root: EMPTY_ROOT })).size).toBe(0);
    expect(failure(() => parseCheckpoint(formatCheckpoint({ origin: 'a', size: 0, root: cheapLeaf(0) })))).toBe(
      'malformed-checkpoint',
    );
  });

  it('reads only what it would write', () => {
    const anything = fc.oneof(mutated(formatCheckpoint(checkpoint)), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(anything, (text) => {
        try {
          expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('signed checkpoints', () => {
  const note = signCheckpoint(checkpoint, [signer]);

  it('opens what it signs', () => {
    expect(openCheckpoint(note, [verifier], ORIGIN)).toMatchObject({ ...checkpoint, cosignatures: [] });
    expect(openCheckpoint(note, [verifier]).body).toBe(formatCheckpoint(checkpoint));
  });

  it('tells apart a wrong signature, a wrong key and a wrong origin', () => {
    expect(failure(() => openCheckpoint(note.replace('20852163', '20852164'), [verifier]))).toBe('bad-signature');
    expect(failure(() => openCheckpoint(note, [noteVerifier(testSigner(ORIGIN, 2).verifierKey)]))).toBe('unknown-key');
    expect(failure(() => openCheckpoint(note, [verifier], 'example.com/other'))).toBe('wrong-origin');
    const stranger = testSigner('example.com/other');
    const foreign = signNote(formatCheckpoint(checkpoint), [stranger]);
    expect(failure(() => openCheckpoint(foreign, [noteVerifier(stranger.verifierKey)]))).toBe('wrong-origin');
    expect(failure(() => openCheckpoint(signNote('text\n', [signer]), [verifier]))).toBe('malformed-checkpoint');
  });

  it('does not take a cosignature for the signature of the log', () => {
    const witness = cosigner(ORIGIN, ed25519KeyFromSeed(new Uint8Array(32).fill(9)));
    const body = formatCheckpoint(checkpoint);
    const text = `${body}\n${witness.cosign(body, 1_700_000_000)}`;
    expect(failure(() => openCheckpoint(text, [cosignatureVerifier(witness.verifierKey)]))).toBe('unknown-key');
  });

  it('signs only for its own origin, and no extension lines', () => {
    expect(failure(() => signCheckpoint(checkpoint, [testSigner('example.com/other')]))).toBe('bad-argument');
    expect(failure(() => signCheckpoint({ ...checkpoint, extensions: ['x'] }, [signer]))).toBe('bad-argument');
    expect(failure(() => signCheckpoint({ ...checkpoint, size: 0 }, [signer]))).toBe('malformed-checkpoint');
    expect(failure(() => signCheckpoint({ ...checkpoint, root: new Uint8Array(31) }, [signer]))).toBe('bad-argument');
  });

  it('does not open any mutation that states something else', () => {
    fc.assert(
      fc.property(mutated(note), (text) => {
        if (failure(() => openCheckpoint(text, [verifier])) === undefined) {
          expect(openCheckpoint(text, [verifier])).toMatchObject(checkpoint);
        }
      }),
      { numRuns: 500 },
    );
  });
});

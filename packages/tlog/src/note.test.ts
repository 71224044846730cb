import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ed25519Signer,
  ed25519Verifier,
  formatSignature,
  MAX_SIGNATURES,
  type NoteSigner,
  openNote,
  parseNote,
  signNote,
} from './note.js';
import { ed25519KeyFromSeed } from './note-key.js';
import { testSigner } from './testing/memory-log.js';
import { mutated } from './testing/mutations.js';
import { TlogError } from './tlog-error.js';

// The documented example of golang.org/x/mod/sumdb/note; its private key is public.
const PETER_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const ENOCH_KEY = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const PETER_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const BODY = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

const peter = ed25519Verifier(PETER_KEY);
const enoch = ed25519Verifier(ENOCH_KEY);
const code = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TlogError);
    return (error as TlogError).code;
  }
};

describe('signed notes of golang.org/x/mod/sumdb/note', () => {
  it('signs the same bytes', () => {
    const signer = ed25519Signer('PeterNeumann', ed25519KeyFromSeed(PETER_SEED));
    expect(signer.verifierKey).toBe(PETER_KEY);
    expect(signNote(BODY, [signer])).toBe(`${BODY}\n${PETER}`);
  });

  it('opens with one, the other or both keys', () => {
    const note = `${BODY}\n${PETER}${ENOCH}`;
    expect(openNote(note, [peter]).verified.map(({ name }) => name)).toEqual(['PeterNeumann']);
    expect(openNote(note, [peter]).unknown.map(({ name }) => name)).toEqual(['EnochRoot']);
    expect(openNote(note, [enoch, peter]).verified.map(({ name }) => name)).toEqual(['PeterNeumann', 'EnochRoot']);
    expect(openNote(Buffer.from(note), [peter]).body).toBe(BODY);
  });
});

describe('openNote', () => {
  it('refuses a note of which a known signature does not verify, and one without any', () => {
    const changed = BODY.replace('answer', 'Answer');
    expect(code(() => openNote(`${changed}\n${PETER}`, [peter]))).toBe('bad-signature');
    expect(code(() => openNote(`${changed}\n${PETER}`, [enoch]))).toBe('unknown-key');
    expect(code(() => openNote(`${BODY}\n${PETER}`, []))).toBe('unknown-key');
    const wrong = formatSignature({ name: 'EnochRoot', keyId: 0xaf0cfe78, signature: new Uint8Array(64) });
    expect(code(() => openNote(`${BODY}\n${PETER}${wrong}`, [peter, enoch]))).toBe('bad-signature');
    expect(openNote(`${BODY}\n${PETER}${wrong}`, [peter]).verified).toHaveLength(1);
  });

  it('ignores keys that share only the name or only the key id', () => {
    const { signature } = parseNote(`${BODY}\n${PETER}`).signatures[0]!;
    const namesake = formatSignature({ name: 'PeterNeumann', keyId: 1, signature });
    const twin = formatSignature({ name: 'Twin', keyId: 0xc74f20a3, signature });
    expect(code(() => openNote(`${BODY}\n${namesake}${twin}`, [peter]))).toBe('unknown-key');
    expect(openNote(`${BODY}\n${namesake}${twin}${PETER}`, [peter]).unknown).toHaveLength(2);
  });

  it('counts a key once, and verifies each of its signatures', () => {
    expect(openNote(`${BODY}\n${PETER}${PETER}`, [peter]).verified).toHaveLength(1);
    const wrong = formatSignature({ name: 'PeterNeumann', keyId: 0xc74f20a3, signature: new Uint8Array(64) });
    expect(code(() => openNote(`${BODY}\n${PETER}${wrong}`, [peter]))).toBe('bad-signature');
  });

  it('accepts 16 signatures and more, up to its limit', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => testSigner(`signer-${i}`));
    const open = (count: number) => openNote(signNote(BODY, many(count)), [ed25519Verifier(many(1)[0]!.verifierKey)]);
    expect(open(16).unknown).toHaveLength(15);
    expect(open(MAX_SIGNATURES).unknown).toHaveLength(MAX_SIGNATURES - 1);
    expect(code(() => open(MAX_SIGNATURES + 1))).toBe('malformed-note');
  });
});

describe('parseNote', () => {
  it.each([
    ['nothing', ''],
    ['no blank line', `${BODY}${PETER}`],
    ['no signatures', `${BODY}\n`],
    ['no last newline', `${BODY}\n${PETER.trimEnd()}`],
    ['text after the signatures', `${BODY}\n${PETER}x\n`],
    ['a hyphen for the dash', `${BODY}\n${PETER.replace('—', '-')}`],
    ['two spaces', `${BODY}\n${PETER.replace(' x08', '  x08')}`],
    ['a space at the end', `${BODY}\n${PETER.replace('=\n', '= \n')}`],
    ['unpadded base64', `${BODY}\n${PETER.replace('=', '')}`],
    ['base64 with spare bits', `${BODY}\n${PETER.replace('nAM=', 'nAN=')}`],
    ['base64 for URLs', `${BODY}\n${PETER.replaceAll('/', '_')}`],
    ['no more than a key id', `${BODY}\n— a AAAAAA==\n`],
    ['a plus in a name', `${BODY}\n${PETER.replace('Peter', 'Pe+er')}`],
    ['a tab', `a\tb\n\n${PETER}`],
    ['a carriage return', `a\r\n\n${PETER}`],
    ['a lone surrogate', `\ud800\n\n${PETER}`],
    ['too much', `${'a'.repeat(1_000_000)}\n\n${PETER}`],
  ])('refuses %s', (_, text) => {
    expect(code(() => parseNote(text))).toBe('malformed-note');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(code(() => parseNote(Uint8Array.of(0xff, 0x0a, 0x0a)))).toBe('malformed-note');
    expect(code(() => parseNote(Buffer.from(`\ufeff${BODY}\n${PETER}`)))).toBeUndefined();
    expect(parseNote(Buffer.from(`\ufeff${BODY}\n${PETER}`)).body).toBe(`\ufeff${BODY}`);
  });

  it('splits at the last blank line', () => {
    const signer = testSigner();
    for (const body of ['\n', 'a\n\n', 'a\n\nb\n', '— x AAAA\n']) {
      expect(openNote(signNote(body, [signer]), [ed25519Verifier(signer.verifierKey)]).body).toBe(body);
    }
  });

  it('reads only what it would write, from mutations and from anything', () => {
    const valid = `${BODY}\n${PETER}${ENOCH}`;
    fc.assert(
      fc.property(fc.oneof(mutated(valid), fc.string({ unit: 'binary' })), (text) => {
        try {
          const { body, signatures } = parseNote(text);
          expect(`${body}\n${signatures.map(formatSignature).join('')}`).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not open a mutated note unless only unknown signatures changed', () => {
    fc.assert(
      fc.property(mutated(`${BODY}\n${PETER}${ENOCH}`), (text) => {
        if (code(() => openNote(text, [peter, enoch])) === undefined) {
          expect(openNote(text, [peter, enoch]).body).toBe(BODY);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('signNote', () => {
  it('refuses what it could not read back', () => {
    const signer = testSigner();
    expect(code(() => signNote('no newline', [signer]))).toBe('malformed-note');
    expect(code(() => signNote('tab\t\n', [signer]))).toBe('malformed-note');
    expect(code(() => signNote(BODY, []))).toBe('bad-argument');
    const nameless: NoteSigner = { ...signer, name: 'a b' };
    expect(code(() => signNote(BODY, [nameless]))).toBe('malformed-key');
    expect(code(() => testSigner('a b'))).toBe('malformed-key');
  });

  it('opens with its own key', () => {
    const text = fc.string({ unit: 'grapheme' }).map((line) => `${line.replaceAll(/\p{Cc}/gu, '')}\n`);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 200 }), (body, seed) => {
        const signer = testSigner('a.example/log', seed);
        expect(openNote(signNote(body, [signer]), [ed25519Verifier(signer.verifierKey)]).body).toBe(body);
        const other = ed25519Verifier(testSigner('a.example/log', seed + 1).verifierKey);
        expect(code(() => openNote(signNote(body, [signer]), [other]))).toBe('unknown-key');
      }),
      { numRuns: 30 },
    );
  });
});

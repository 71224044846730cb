import { describe, expect, it } from 'vitest';
import { noteVerifier } from './cosignature.js';
import { keyNames, type PinnedKeys, type VerifyPinnedOptions, verifierKeysOf, verifyPinnedLog } from './pinned-log.js';
import { type MemoryLog, numberedEntries, ORIGIN, publish, readerOf, testSigner } from './testing/memory-log.js';

const signer = testSigner();
const another = testSigner(ORIGIN, 2);
const pinned = (trust: PinnedKeys['trust'], ...keys: string[]): PinnedKeys => ({
  keys,
  verifiers: keys.map(noteVerifier),
  trust,
});
const given = pinned('given', signer.verifierKey);
const memoryOf = ({ checkpoint }: MemoryLog, key = signer.verifierKey) => ({ log: 'there', keys: [key], checkpoint });
const log = publish(numberedEntries(300));

async function verify(of: MemoryLog, options: Partial<VerifyPinnedOptions> = {}) {
  const { violations, ...result } = await verifyPinnedLog({ reader: readerOf(of), pinned: given, ...options });
  return { ...result, codes: violations.map(({ code }) => code) };
}

describe('a log with pinned keys', () => {
  it('is verified, and says which of them signed', async () => {
    const keys = pinned('given', another.verifierKey, signer.verifierKey);
    expect(await verify(log, { pinned: keys })).toMatchObject({
      codes: [],
      signedBy: [signer.verifierKey],
      verified: 300,
    });
  });

  it('has to continue what is remembered', async () => {
    const longer = publish(numberedEntries(400));
    expect(await verify(longer, { memory: memoryOf(log) })).toMatchObject({ codes: [] });
    expect((await verify(log, { memory: memoryOf(longer) })).codes).toEqual(['shrunk']);
    const other = publish(numberedEntries(400).reverse());
    expect((await verify(other, { memory: memoryOf(log) })).codes).toEqual(['inconsistent']);
    const broken = { ...memoryOf(log), checkpoint: log.checkpoint.replace(/^300$/m, '3') };
    await expect(verify(log, { memory: broken })).rejects.toMatchObject({ name: 'TlogError' });
  });

  it('may have changed its key since it was remembered, where the new one is pinned', async () => {
    const before = publish(numberedEntries(100), another);
    expect(await verify(log, { memory: memoryOf(before, another.verifierKey) })).toMatchObject({ codes: [] });
    // The old key vouches for the old checkpoint, and for no other.
    const pinnedOld = await verify(log, {
      memory: memoryOf(before, another.verifierKey),
      pinned: pinned('remembered', another.verifierKey),
    });
    expect(pinnedOld.codes).toEqual(['unknown-key']);
  });

  it('shows them, or has another key', async () => {
    const shows = (...keys: string[]) => ({ shownKeys: async () => `# keys\n${keys.join('\n')}\n` });
    const both = await verify(log, shows(another.verifierKey, signer.verifierKey));
    expect(both).toMatchObject({ codes: [], otherKeys: [another.verifierKey] });
    expect((await verify(log, shows(another.verifierKey))).codes).toEqual(['key-changed']);
    const retired = await verify(publish(numberedEntries(3), another), shows(another.verifierKey, signer.verifierKey));
    expect(retired.codes).toEqual(['key-changed', 'unknown-key']);
    // Keys of first use are those that are shown.
    const first = pinned('first-use', signer.verifierKey);
    expect((await verify(log, { pinned: first, ...shows(another.verifierKey) })).codes).toEqual([]);
  });

  it('is read through whoever looks at it, told its name', async () => {
    const seen: string[] = [];
    const watch: VerifyPinnedOptions['watch'] = (reader, origin) => {
      seen.push(origin);
      const entries: typeof reader.entries = (index, width) => {
        seen.push(String(index));
        return reader.entries(index, width);
      };
      return { ...reader, entries };
    };
    expect(await verify(log, { watch })).toMatchObject({ codes: [], verified: 300 });
    expect(seen).toEqual([ORIGIN, '0', '1']);
  });
});

it('reads lists of keys, and names keys in short', () => {
  const keys = verifierKeysOf(`\n# ours\n ${signer.verifierKey} \r\n\n${another.verifierKey}\n`);
  expect(keys).toEqual([signer.verifierKey, another.verifierKey]);
  expect(keyNames(keys)).toMatch(/^example\.com\/log\+[0-9a-f]{8}, example\.com\/log\+[0-9a-f]{8}$/);
});

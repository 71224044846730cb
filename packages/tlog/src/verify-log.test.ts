import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle } from './bundle.js';
import { formatCheckpoint, signCheckpoint } from './checkpoint.js';
import { cosigner, noteVerifier } from './cosignature.js';
import { EMPTY_ROOT } from './hash.js';
import { ed25519KeyFromSeed } from './note-key.js';
import {
  bundlePath,
  flip,
  type MemoryLog,
  numberedEntries,
  ORIGIN,
  pathOfTile,
  publish,
  readerOf,
  testSigner,
} from './testing/memory-log.js';
import { parseTilePath } from './tile.js';
import { type VerifyLogOptions, verifyLog } from './verify-log.js';

const signer = testSigner();
const verifiers = [noteVerifier(signer.verifierKey)];
const verify = (log: MemoryLog, options: Partial<VerifyLogOptions> = {}) =>
  verifyLog({ reader: readerOf(log), verifiers, ...options });
const copyOf = (log: MemoryLog): MemoryLog => ({ ...log, files: new Map(log.files) });
const codes = (result: { violations: readonly { code: string }[] }) => result.violations.map(({ code }) => code);

/** Replaces the entries of the bundle that has entry `index`. */
function edit(log: MemoryLog, index: number, change: (entries: Uint8Array[]) => Uint8Array[]): void {
  const path = bundlePath(index, log.size);
  log.files.set(path, encodeBundle(change(decodeBundle(log.files.get(path)!))));
}

const SIZE = 256 * 3 + 100;
const base = publish(numberedEntries(SIZE));
const anyIndex = fc.nat(SIZE - 1);

describe('a good log', () => {
  it.each([0, 1, 2, 255, 256, 257, 511, 512, 1000])('of %i entries is verified', async (size) => {
    const log = publish(numberedEntries(size));
    const progress: number[] = [];
    const result = await verify(log, { origin: ORIGIN, onProgress: (done) => progress.push(done) });
    expect(result).toEqual({
      origin: ORIGIN,
      size,
      root: Buffer.from(log.root).toString('base64'),
      verified: size,
      violations: [],
      omitted: 0,
      checkpoint: log.checkpoint,
      cosignatures: [],
    });
    expect(progress.at(-1) ?? 0).toBe(size);
  });

  it.each([65_535, 65_536, 65_537, 66_000])('of %i entries, with three levels of tiles, is verified', async (size) => {
    expect(await verify(publish(numberedEntries(size)))).toMatchObject({ verified: size, violations: [] });
  });

  it('may hold anything: empty, equal and largest entries', async () => {
    const entries = [
      ...numberedEntries(260),
      ...Array.from({ length: 300 }, () => new Uint8Array(0)),
      new Uint8Array(65_535),
    ];
    expect(await verify(publish(entries))).toMatchObject({ verified: 561, violations: [] });
  });

  it('may be larger by now: fuller tiles and bundles in place of partial ones are no violation', async () => {
    const [small, large] = [publish(numberedEntries(300)), publish(numberedEntries(600))];
    // What the log keeps of the smaller size: the partial files of which there is no full version yet.
    const kept = [...small.files].filter(([path]) => !large.files.has(path.replace(/\.p\/.*/, '')));
    const grown = { ...small, files: new Map([...kept, ...large.files]) };
    expect(grown.files.has('tile/0/001.p/44')).toBe(false);
    expect(await verify(grown)).toMatchObject({ violations: [], verified: 300 });
    const wider = publish(numberedEntries(310));
    const log = copyOf(small);
    for (const path of ['tile/0/001.p/44', 'tile/entries/001.p/44'])
      log.files.set(path, wider.files.get(path.replace('44', '54'))!);
    expect(await verify(log)).toMatchObject({ violations: [], verified: 300 });
  });

  it('gives the cosignatures of known witnesses', async () => {
    const witness = cosigner('witness.example', ed25519KeyFromSeed(new Uint8Array(32).fill(3)));
    const body = formatCheckpoint({ origin: ORIGIN, size: SIZE, root: base.root });
    const log = { ...base, checkpoint: base.checkpoint + witness.cosign(body, 1_700_000_000) };
    const result = await verify(log, { verifiers: [...verifiers, noteVerifier(witness.verifierKey)] });
    expect(result.cosignatures).toMatchObject([{ name: 'witness.example', time: 1_700_000_000 }]);
    expect((await verify(log)).cosignatures).toEqual([]);
  });

  it('continues any checkpoint that it has signed', async () => {
    for (const size of [0, 1, 100, 255, 256, 257, 512, 700, 768, 800, SIZE]) {
      const remembered = publish(numberedEntries(size)).checkpoint;
      expect(await verify(base, { remembered })).toMatchObject({ violations: [], verified: SIZE });
    }
  });
});

describe('the checkpoint', () => {
  it.each([
    ['bad-signature', base.checkpoint.replace(`\n${SIZE}\n`, `\n${SIZE - 1}\n`)],
    ['unknown-key', publish(numberedEntries(SIZE), testSigner(ORIGIN, 2)).checkpoint],
    ['malformed-checkpoint', base.checkpoint.replace('—', '-')],
    ['malformed-checkpoint', ''],
  ])('is %s', async (code, checkpoint) => {
    const result = await verify({ ...base, checkpoint });
    expect(codes(result)).toEqual([code]);
    expect(result).toMatchObject({ size: 0, verified: 0, root: '' });
  });

  it('is of another log', async () => {
    expect(codes(await verify(base, { origin: 'example.com/other' }))).toEqual(['wrong-origin']);
  });

  it('has a root that is not that of the log', async () => {
    const forged = signCheckpoint({ origin: ORIGIN, size: SIZE, root: publish(numberedEntries(3)).root }, [signer]);
    const result = await verify({ ...base, checkpoint: forged });
    expect(codes(result)).toEqual(['wrong-root']);
    expect(result.verified).toBe(0);
  });
});

describe('a remembered checkpoint', () => {
  it('finds a log that was cut off', async () => {
    const result = await verify(publish(numberedEntries(SIZE - 1)), { remembered: base.checkpoint });
    expect(codes(result)).toEqual(['shrunk']);
    expect(result.verified).toBe(SIZE - 1);
    expect(codes(await verify(publish([]), { remembered: base.checkpoint }))).toEqual(['shrunk']);
  });

  it('finds a fork', async () => {
    const other = publish(numberedEntries(SIZE).with(5, Buffer.from('x')));
    expect(codes(await verify(other, { remembered: base.checkpoint }))).toEqual(['fork']);
  });

  it('finds rewritten history behind a valid signature, at any older size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: SIZE - 1 }), fc.nat(), async (oldSize, pick) => {
        const changed = pick % SIZE;
        const remembered = publish(numberedEntries(oldSize)).checkpoint;
        const rewritten = publish(numberedEntries(SIZE).with(changed, Buffer.from('x')));
        const expected = changed < oldSize ? ['inconsistent'] : [];
        expect(codes(await verify(rewritten, { remembered }))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('is not said to be broken when only an entry was changed', async () => {
    const log = copyOf(base);
    edit(log, 5, (entries) => entries.with(5, Buffer.from('x')));
    const remembered = publish(numberedEntries(100)).checkpoint;
    expect(codes(await verify(log, { remembered }))).toEqual(['changed-entry']);
  });

  it('must be a checkpoint of this log', async () => {
    const foreign = publish(numberedEntries(5), testSigner('example.com/other')).checkpoint;
    await expect(verify(base, { remembered: foreign })).rejects.toMatchObject({ code: 'unknown-key' });
    await expect(verify(base, { remembered: 'x' })).rejects.toMatchObject({ code: 'malformed-note' });
  });
});

describe('entries', () => {
  it('that were changed are named, whichever byte it was', async () => {
    await fc.assert(
      fc.asyncProperty(anyIndex, fc.nat(), fc.integer({ min: 128, max: 255 }), async (index, at, mask) => {
        const log = copyOf(base);
        edit(log, index, (entries) =>
          entries.with(index % 256, flip(entries[index % 256]!, at % entries[index % 256]!.length, mask)),
        );
        const result = await verify(log);
        expect(result.violations).toMatchObject([{ code: 'changed-entry', index }]);
        expect(result.verified).toBe(SIZE - 1);
      }),
      { numRuns: 40 },
    );
  });

  it('that were dropped are named, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(anyIndex, async (index) => {
        const log = copyOf(base);
        edit(log, index, (entries) => entries.toSpliced(index % 256, 1));
        const result = await verify(log);
        expect(result.violations).toMatchObject([{ code: 'missing-entry', index }]);
        expect(result.verified).toBe(SIZE - 1);
      }),
      { numRuns: 40 },
    );
  });

  it('that were swapped are named with their right place, also across bundles', async () => {
    await fc.assert(
      fc.asyncProperty(anyIndex, anyIndex, async (a, b) => {
        fc.pre(a !== b);
        const log = copyOf(base);
        const [entryA, entryB] = [a, b].map((i) => numberedEntries(SIZE)[i]!) as [Uint8Array, Uint8Array];
        edit(log, a, (entries) => entries.with(a % 256, entryB));
        edit(log, b, (entries) => entries.with(b % 256, entryA));
        const result = await verify(log);
        const expected = [
          { code: 'reordered-entry', index: a, foundIndex: b },
          { code: 'reordered-entry', index: b, foundIndex: a },
        ].sort((x, y) => x.index - y.index);
        expect(result.violations).toMatchObject(expected);
        expect(result.verified).toBe(SIZE - 2);
      }),
      { numRuns: 40 },
    );
  });

  it('whose bundle is absent are missing, each by its index', async () => {
    const log = copyOf(base);
    log.files.delete(bundlePath(300, SIZE));
    const result = await verify(log);
    expect(result.violations.map(({ index }) => index)).toEqual(Array.from({ length: 256 }, (_, i) => 256 + i));
    expect(new Set(codes(result))).toEqual(new Set(['missing-entry']));
    expect(result.verified).toBe(SIZE - 256);
  });

  it('that do not belong to the tree are foreign, at the end of the log and in a full bundle', async () => {
    for (const index of [SIZE - 1, 10]) {
      const log = copyOf(base);
      edit(log, SIZE - 1, (entries) => [...entries, Buffer.from('x')]);
      const result = await verify(log);
      expect(result.violations, String(index)).toMatchObject([{ code: 'foreign-entry', index: SIZE }]);
      expect(result.verified).toBe(SIZE);
    }
    for (const at of [0, 100, 256]) {
      const log = copyOf(base);
      const path = bundlePath(0, SIZE);
      const entries = decodeBundle(log.files.get(path)!).toSpliced(at, 0, Buffer.from('x'));
      log.files.set(path, Buffer.concat([encodeBundle(entries.slice(0, 200)), encodeBundle(entries.slice(200))]));
      const result = await verify(log);
      expect(result.violations).toMatchObject([{ code: 'foreign-entry', index: at }]);
      expect(result.verified).toBe(SIZE);
    }
  });

  it('are foreign, too, when they are only bytes', async () => {
    for (const index of [0, SIZE - 1]) {
      const log = copyOf(base);
      const path = bundlePath(index, SIZE);
      log.files.set(path, Buffer.concat([log.files.get(path)!, Buffer.from([9])]));
      expect(codes(await verify(log))).toEqual(['foreign-entry']);
    }
  });
});

describe('tiles', () => {
  const large = publish(numberedEntries(65_536 + 300));
  const levels = [0, 1, 2] as const;

  it('that were changed, cut, or are absent are named, and entries stay proven', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...levels), fc.nat(), fc.nat(), fc.nat(2), async (level, leaf, at, kind) => {
        const log = copyOf(large);
        const path = pathOfTile(level, level === 2 ? 0 : leaf % (level === 1 ? 65_536 : large.size), large.size);
        const bytes = log.files.get(path)!;
        if (kind === 0) log.files.set(path, flip(bytes, at % bytes.length));
        else if (kind === 1) log.files.set(path, bytes.slice(0, at % bytes.length));
        else log.files.delete(path);
        const { index } = parseTilePath(path);
        const result = await verify(log);
        expect(result.violations).toMatchObject([{ code: 'bad-tile', tile: { level, index } }]);
        expect(result.verified).toBe(large.size);
      }),
      { numRuns: 20 },
    );
  });

  it('that were changed together with an entry are found with it', async () => {
    const log = copyOf(large);
    edit(log, 1000, (entries) => entries.with(1000 % 256, Buffer.from('x')));
    log.files.set(pathOfTile(0, 1000, large.size), flip(log.files.get(pathOfTile(0, 1000, large.size))!, 0));
    log.files.set(pathOfTile(1, 0, large.size), flip(log.files.get(pathOfTile(1, 0, large.size))!, 0));
    const result = await verify(log);
    expect(result.violations).toMatchObject([
      { code: 'bad-tile', tile: { level: 1, index: 0 } },
      { code: 'bad-tile', tile: { level: 0, index: 3 } },
      { code: 'changed-entry', index: 1000 },
    ]);
    expect(result.verified).toBe(large.size - 1);
  });

  it('that were made to fit a changed entry do not hide it: nothing in them counts as proven', async () => {
    const entries = numberedEntries(large.size).with(1000, Buffer.from('x'));
    const forged = publish(entries);
    const log = copyOf(large);
    for (const path of [bundlePath(1000, large.size), pathOfTile(0, 1000, large.size)])
      log.files.set(path, forged.files.get(path)!);
    expect(await verify(log)).toMatchObject({
      verified: large.size - 256,
      violations: [{ code: 'bad-tile', tile: { level: 0, index: 3 } }],
    });
    log.files.set(pathOfTile(1, 0, large.size), forged.files.get(pathOfTile(1, 0, large.size))!);
    expect(await verify(log)).toMatchObject({
      verified: large.size - 65_536,
      violations: [{ code: 'bad-tile', tile: { level: 1, index: 0 } }],
    });
    log.files.set(pathOfTile(2, 0, large.size), forged.files.get(pathOfTile(2, 0, large.size))!);
    expect(await verify(log)).toMatchObject({ verified: 0, violations: [{ code: 'wrong-root' }] });
  });

  it('do not make up for entries, nor entries for tiles, when many of both were changed', async () => {
    const log = copyOf(base);
    edit(log, 0, (entries) => entries.map((entry, i) => (i < 20 ? Buffer.from(`x${i}`) : entry)));
    log.files.set('tile/1/000.p/3', flip(log.files.get('tile/1/000.p/3')!, 40));
    const result = await verify(log);
    expect(codes(result)).toEqual(['bad-tile', ...Array.from({ length: 20 }, () => 'changed-entry')]);
    expect(result.verified).toBe(SIZE - 20);
  });
});

describe('any tampering', () => {
  const small = publish(numberedEntries(600));
  const paths = [...small.files.keys()];

  it('with any byte of any file is found', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, at, mask) => {
          const log = copyOf(small);
          const bytes = log.files.get(path)!;
          log.files.set(path, flip(bytes, at % bytes.length, mask));
          const result = await verify(log);
          expect(result.violations.length).toBeGreaterThan(0);
          if (path.startsWith('tile/entries')) expect(result.verified).toBeLessThan(600);
          else expect(result.verified).toBe(600);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('by cutting, extending, replacing or removing files is found', async () => {
    const change = fc.oneof(
      fc.record({ cut: fc.nat() }),
      fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 80 }) }),
      fc.record({ copy: fc.constantFrom(...paths) }),
      fc.constant({ remove: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), change, async (path, how) => {
        const log = copyOf(small);
        const bytes = log.files.get(path)!;
        if ('cut' in how) log.files.set(path, bytes.slice(0, how.cut % bytes.length));
        else if ('add' in how) log.files.set(path, Buffer.concat([bytes, how.add]));
        else if ('copy' in how) log.files.set(path, log.files.get(how.copy)!);
        else log.files.delete(path);
        if ('copy' in how && how.copy === path) return;
        // A partial hash tile that is longer by whole hashes is a fuller version of itself.
        if ('add' in how && path.includes('.p/') && !path.includes('entries') && how.add.length % 32 === 0) return;
        expect((await verify(log)).violations.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  it('with several files at once is found, and what is untouched stays proven or is said not to be', async () => {
    const tamperings = fc.array(fc.record({ path: fc.constantFrom(...paths), at: fc.nat() }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(tamperings, async (list) => {
        const log = copyOf(small);
        for (const { path, at } of list)
          log.files.set(path, flip(log.files.get(path)!, at % log.files.get(path)!.length));
        const same = [...log.files].every(([path, bytes]) => Buffer.from(bytes).equals(small.files.get(path)!));
        const result = await verify(log);
        expect(result.violations.length > 0).toBe(!same);
        expect(result.verified).toBeGreaterThanOrEqual(0);
        if (list.some(({ path }) => path.includes('entries')) && !same)
          expect(result.verified).toBeLessThanOrEqual(600);
      }),
      { numRuns: 100 },
    );
  });
});

describe('bounds', () => {
  it('lists no more violations than asked for, and counts the rest', async () => {
    const log = copyOf(base);
    log.files.delete(bundlePath(0, SIZE));
    const result = await verify(log, { maxViolations: 10 });
    expect(result.violations).toHaveLength(10);
    expect(result.omitted).toBe(246);
    expect(result.verified).toBe(SIZE - 256);
  });

  it('reads each file once if all is well, with bounded concurrency', async () => {
    const reader = readerOf(base);
    const read: string[] = [];
    let [under, most] = [0, 0];
    const counted = <T>(path: string, promise: Promise<T>): Promise<T> => {
      read.push(path);
      under += 1;
      most = Math.max(most, under);
      return promise.finally(() => {
        under -= 1;
      });
    };
    const counting = {
      ...reader,
      tile: (tile: Parameters<typeof reader.tile>[0]) => counted(`${tile.level}/${tile.index}`, reader.tile(tile)),
      entries: (index: number, width: number) => counted(`e/${index}`, reader.entries(index, width)),
    };
    await verifyLog({ reader: counting, verifiers, concurrency: 2 });
    expect(new Set(read).size).toBe(read.length);
    expect(read).toHaveLength(base.files.size);
    expect(most).toBe(4);
  });

  it('lets go of each bundle once it has been looked at, and does not look at it again', async () => {
    const tampered = copyOf(base);
    edit(tampered, 300, (entries) => entries.with(300 % 256, Buffer.from('x')));
    edit(tampered, 5, (entries) => entries.toSpliced(5, 1));
    tampered.files.delete('tile/0/002');
    for (const log of [base, tampered]) {
      const lent = new Set<Uint8Array>();
      let reads = 0;
      const reader = {
        ...readerOf(log),
        entries: async (index: number, width: number) => {
          const bytes = await readerOf(log).entries(index, width);
          const copy = bytes && new Uint8Array(bytes);
          // After these four come those that are read again because of what was found.
          if (copy !== undefined && ++reads <= 4) lent.add(copy);
          return copy;
        },
        release: (bundle: Uint8Array) => {
          expect(lent.delete(bundle)).toBe(true);
          bundle.fill(0xff);
        },
      };
      const remembered = publish(numberedEntries(700)).checkpoint;
      const options = { verifiers, remembered, concurrency: 2 };
      expect(await verifyLog({ reader, ...options })).toEqual(await verifyLog({ reader: readerOf(log), ...options }));
      expect(lent.size).toBe(0);
    }
  });

  it('reads fewer bundles at a time where they are large', async () => {
    const log = publish(Array.from({ length: 8 * 256 }, () => new Uint8Array(65_535)));
    const reader = readerOf(log);
    let under = 0;
    const unders: number[] = [];
    const counting = {
      ...reader,
      entries: async (index: number, width: number) => {
        unders.push(++under);
        const bytes = await reader.entries(index, width);
        await new Promise((resolve) => setImmediate(resolve));
        return bytes;
      },
      release: () => {
        under -= 1;
      },
    };
    expect((await verifyLog({ reader: counting, verifiers, concurrency: 5 })).violations).toEqual([]);
    // 16 MiB each: those that were begun before that was known, and then no more than 64 MiB together.
    expect(unders.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...unders.slice(5))).toBeLessThanOrEqual(4);
  });

  it('passes on failures of the reader and the reason of the signal', async () => {
    const failing = { ...readerOf(base), tile: () => Promise.reject(new Error('network')) };
    await expect(verifyLog({ reader: failing, verifiers })).rejects.toThrow('network');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(verify(base, { signal })).rejects.toThrow('stop');
  });

  it('does not reserve memory for a size that the log only claims', async () => {
    const size = 2 ** 52;
    const checkpoint = signCheckpoint({ origin: ORIGIN, size, root: EMPTY_ROOT }, [signer]);
    const controller = new AbortController();
    let reads = 0;
    const reader = {
      checkpoint: async () => checkpoint,
      entries: async () => undefined,
      tile: async () => {
        reads += 1;
        if (reads === 1000) controller.abort(new Error('enough'));
        return undefined;
      },
    };
    await expect(verifyLog({ reader, verifiers, signal: controller.signal })).rejects.toThrow('enough');
  });
});

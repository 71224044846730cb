import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Journal, MAX_CHUNK_BYTES } from '../journal.js';
import type { JournalHarness } from './journal-harness.js';
import { describeJournalModel } from './journal-model.js';

const AMPLE_BYTES = 64_000_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Tests what the port promises. `open` gives a new, empty journal that holds at most `maxBytes`. */
export function describeJournal(name: string, open: (limits: { maxBytes: number }) => Promise<JournalHarness>): void {
  describe(`${name}: journal`, () => {
    const context = { harness: undefined as unknown as JournalHarness };
    beforeEach(async () => {
      context.harness = await open({ maxBytes: AMPLE_BYTES });
    });
    afterEach(() => context.harness.dispose());
    const journal = () => context.harness.journal;
    const reopen = async () => {
      context.harness = { ...context.harness, journal: await context.harness.reopen() };
    };

    describeAppendAndRead(journal, reopen);
    describeTrim(journal, reopen);
    describeWaiting(journal);
    describeClose(journal);
    describeLimit(open);
    describeJournalModel(() => open({ maxBytes: AMPLE_BYTES }));
  });
}

function describeAppendAndRead(journal: () => Journal, reopen: () => Promise<void>): void {
  test('an empty journal holds nothing', async () => {
    expect(await journal().extent()).toEqual({ lastSequence: 0, trimmedThrough: 0, heldBytes: 0 });
    expect(await journal().read(0, EVERYTHING)).toEqual([]);
  });

  test('chunks are read back in order, and are there after opening again', async () => {
    const first = await journal().append([text('a'), text('b')]);
    const second = await journal().append([text('c')]);
    expect(first.concat(second)).toEqual([...first, ...second].sort((a, b) => a - b));
    expect(first[0]).toBeGreaterThanOrEqual(1);
    for (let round = 0; round < 2; round += 1) {
      const chunks = await journal().read(0, EVERYTHING);
      expect(chunks.map(({ sequence }) => sequence)).toEqual([...first, ...second]);
      expect(chunks.map(({ bytes }) => textOf(bytes))).toEqual(['a', 'b', 'c']);
      expect(await journal().extent()).toEqual({ lastSequence: second[0], trimmedThrough: 0, heldBytes: 3 });
      await reopen();
    }
  });

  test('a call without chunks changes nothing', async () => {
    expect(await journal().append([])).toEqual([]);
    expect((await journal().extent()).lastSequence).toBe(0);
  });

  test('chunks of any size keep their bytes, also when the caller changes its own afterwards', async () => {
    const sizes = [0, 1, 2000, 4096, 32_768, 33_000, 70_000, MAX_CHUNK_BYTES];
    const mine = sizes.map((size, place) => new Uint8Array(size).fill(place + 1));
    await journal().append(mine);
    for (const bytes of mine) bytes.fill(0);
    const chunks = await journal().read(0, EVERYTHING);
    // Read once more: what was returned before must not change by it.
    await journal().read(0, EVERYTHING);
    expect(chunks.map(({ bytes }) => bytes.length)).toEqual(sizes);
    for (const [place, { bytes }] of chunks.entries()) expect(bytes.every((byte) => byte === place + 1)).toBe(true);
  });

  test('a view into a larger buffer is appended as the view', async () => {
    await journal().append([text('hello world').subarray(6)]);
    const [chunk] = await journal().read(0, EVERYTHING);
    expect(textOf(chunk!.bytes)).toBe('world');
  });

  test('a chunk over the bound is refused, with all of its call', async () => {
    const tooLarge = new Uint8Array(MAX_CHUNK_BYTES + 1);
    await expect(journal().append([text('a'), tooLarge])).rejects.toMatchObject({ kind: 'refused' });
    expect((await journal().extent()).lastSequence).toBe(0);
  });

  test('read gives as many as fit, and at least one', async () => {
    const sequences = await journal().append([10, 10, 10, 50, 1].map((size) => new Uint8Array(size)));
    const read = async (after: number, maxBytes: number) =>
      (await journal().read(after, maxBytes)).map(({ sequence }) => sequences.indexOf(sequence));
    expect(await read(0, 30)).toEqual([0, 1, 2]);
    expect(await read(0, 29)).toEqual([0, 1]);
    expect(await read(0, 0)).toEqual([0]);
    expect(await read(sequences[2]!, 20)).toEqual([3]);
    expect(await read(sequences[3]!, 20)).toEqual([4]);
    expect(await read(sequences[4]!, 20)).toEqual([]);
  });

  test('calls at once: each is contiguous and whole, no sequence comes twice', async () => {
    const calls = Array.from({ length: 50 }, (_, call) =>
      Array.from({ length: (call % 5) + 1 }, (_, place) => text(`${call}:${place}`)),
    );
    const sequences = await Promise.all(calls.map((chunks) => journal().append(chunks)));
    const held = (await journal().read(0, EVERYTHING)).map(({ bytes }) => textOf(bytes));
    expect(held).toHaveLength(calls.flat().length);
    const all = (await journal().read(0, EVERYTHING)).map(({ sequence }) => sequence);
    expect(new Set(sequences.flat())).toEqual(new Set(all));
    for (const [call, chunks] of calls.entries()) {
      const start = all.indexOf(sequences[call]![0]!);
      expect(all.slice(start, start + chunks.length)).toEqual(sequences[call]);
      expect(held.slice(start, start + chunks.length)).toEqual(chunks.map(textOf));
    }
  });

  test('a reader beside writers passes nothing over', async () => {
    const total = 200;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let count = 0; count < total / 4; count += 1) await journal().append([text(`${writer}:${count}`)]);
    });
    const seen: string[] = [];
    for (let after = 0; seen.length < total; ) {
      await journal().waitForChunk(after, new AbortController().signal);
      for (const { sequence, bytes } of await journal().read(after, 100)) {
        expect(sequence).toBeGreaterThan(after);
        after = sequence;
        seen.push(textOf(bytes));
      }
    }
    await Promise.all(writers);
    expect(new Set(seen).size).toBe(total);
  });
}

function describeTrim(journal: () => Journal, reopen: () => Promise<void>): void {
  test('trim forgets what came before, is idempotent, and lasts', async () => {
    const [, second = 0, third] = await journal().append([text('a'), text('bb'), text('ccc')]);
    await journal().trim(second);
    await journal().trim(second);
    await journal().trim(1);
    for (let round = 0; round < 2; round += 1) {
      expect((await journal().read(0, EVERYTHING)).map(({ sequence }) => sequence)).toEqual([third]);
      expect(await journal().extent()).toEqual({ lastSequence: third, trimmedThrough: second, heldBytes: 3 });
      await reopen();
    }
  });

  test('no sequence is used again when all was trimmed, also after opening again', async () => {
    const [last = 0] = await journal().append([text('a')]);
    await journal().trim(last);
    await reopen();
    expect(await journal().extent()).toEqual({ lastSequence: last, trimmedThrough: last, heldBytes: 0 });
    const [next = 0] = await journal().append([text('b')]);
    expect(next).toBeGreaterThan(last);
    expect((await journal().read(0, EVERYTHING)).map(({ sequence }) => sequence)).toEqual([next]);
  });

  test('trim beyond the end forgets what there is, and nothing that comes', async () => {
    const [last = 0] = await journal().append([text('a')]);
    await journal().trim(last + 1000);
    expect(await journal().extent()).toEqual({ lastSequence: last, trimmedThrough: last, heldBytes: 0 });
    const [next] = await journal().append([text('b')]);
    expect((await journal().read(0, EVERYTHING)).map(({ sequence }) => sequence)).toEqual([next]);
  });

  test('trims, appends and reads at once', async () => {
    const first = await journal().append(Array.from({ length: 1000 }, (_, place) => text(String(place))));
    const [, , , chunks] = await Promise.all([
      journal().trim(first[799]!),
      journal().trim(first[899]!),
      journal().append([text('next')]),
      journal().read(first[899]!, EVERYTHING),
    ]);
    expect(chunks.slice(0, 100).map(({ sequence }) => sequence)).toEqual(first.slice(900));
    expect((await journal().read(0, EVERYTHING)).map(({ bytes }) => textOf(bytes))).toEqual([
      ...Array.from({ length: 100 }, (_, place) => String(900 + place)),
      'next',
    ]);
  });
}

function describeWaiting(journal: () => Journal): void {
  const never = () => new AbortController().signal;

  test('waiting ends at once where there is a chunk', async () => {
    await journal().append([text('a')]);
    await journal().waitForChunk(0, never());
  });

  test('everyone who waits is woken by an append', async () => {
    const [last = 0] = await journal().append([text('a')]);
    const waits = [1, 2, 3].map(() => journal().waitForChunk(last, never()));
    await journal().append([text('b')]);
    await Promise.all(waits);
  });

  test('waiting ends when it is aborted, for that one alone', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    let otherEnded = false;
    const waits = [
      journal().waitForChunk(0, one.signal),
      journal()
        .waitForChunk(0, other.signal)
        .then(() => {
          otherEnded = true;
        }),
    ];
    one.abort();
    await waits[0];
    expect(otherEnded).toBe(false);
    other.abort();
    await waits[1];
    await journal().waitForChunk(0, AbortSignal.abort());
  });
}

function describeClose(journal: () => Journal): void {
  test('close waits for appends under way; later calls fail with closed', async () => {
    const append = journal().append([text('a')]);
    await journal().close();
    expect(await append).toHaveLength(1);
    for (const call of [
      () => journal().append([text('b')]),
      () => journal().read(0, 1),
      () => journal().trim(1),
      () => journal().extent(),
      () => journal().waitForChunk(0, new AbortController().signal),
    ]) {
      await expect(call()).rejects.toMatchObject({ kind: 'closed' });
    }
  });
}

function describeLimit(open: (limits: { maxBytes: number }) => Promise<JournalHarness>): void {
  test('at the limit nothing of a call is applied; after a trim, or for what fits, it goes on', async () => {
    const { journal, reopen, dispose } = await open({ maxBytes: 100 });
    try {
      const [first = 0] = await journal.append([new Uint8Array(60)]);
      await expect(journal.append([new Uint8Array(20), new Uint8Array(21)])).rejects.toMatchObject({ kind: 'full' });
      expect(await journal.extent()).toEqual({ lastSequence: first, trimmedThrough: 0, heldBytes: 60 });
      await journal.append([new Uint8Array(40)]);
      await expect(journal.append([new Uint8Array(1)])).rejects.toMatchObject({ kind: 'full' });
      await journal.trim(first);
      await journal.append([new Uint8Array(60)]);
      const again = await reopen();
      await expect(again.append([new Uint8Array(1)])).rejects.toMatchObject({ kind: 'full' });
    } finally {
      await dispose();
    }
  });

  test('the limit holds for calls at once', async () => {
    const { journal, dispose } = await open({ maxBytes: 100 });
    try {
      const calls = Array.from({ length: 20 }, () => journal.append([new Uint8Array(30)]));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect((await journal.extent()).heldBytes).toBe(90);
    } finally {
      await dispose();
    }
  });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

import { canonicalJson, type SealedField } from '@attestlog/event';
import { encodeBundle, type LogReader, TILE_WIDTH } from '@attestlog/tlog';
import { beforeEach, describe, expect, it } from 'vitest';
import { sealedEvent } from '../../../../../cli/src/testing/sealed-entries.js';
import { SealedScan } from './sealed-scan.js';

const SEALED = sealedEvent('a').event;
const ERASURE = { id: 'x', action: 'subject.erase' };
const PLAIN = { id: 'p', action: 'a.b', message: 'speaks of $sealed' };

let bundles: Uint8Array[];
let released: Uint8Array[];
let told: unknown[];
let scan: SealedScan;

beforeEach(() => {
  [bundles, released, told] = [[], [], []];
  const inner: Partial<LogReader> = {
    entries: async (index) => bundles[index],
    release: (bundle) => void released.push(bundle),
  };
  const pointers = (fields: readonly SealedField[]) => fields.map(({ pointer }) => pointer);
  scan = new SealedScan(inner as LogReader, {
    ready: async () => void told.push('ready'),
    onErasure: (event, index) => void told.push([(event as { id: string }).id, index]),
    onSealed: (entries) =>
      void told.push(entries.map(({ index, fields, payloads }) => [index, pointers(fields), ...payloads])),
  });
});

const bundleOf = (...events: (object | string)[]) =>
  encodeBundle(events.map((event) => Buffer.from(typeof event === 'string' ? event : canonicalJson(event))));

async function pass(index: number, width: number): Promise<void> {
  scan.release((await scan.entries(index, width))!);
}

describe('a scan for sealed fields', () => {
  it('tells of them when a bundle is given back, with their index in the log, and gives it on', async () => {
    bundles = [bundleOf(PLAIN), bundleOf(PLAIN, SEALED, SEALED)];
    const bundle = (await scan.entries(1, 3))!;
    expect(told).toEqual(['ready']);
    scan.release(bundle);
    const at = (place: number) => [TILE_WIDTH + place, ['/actor/email']];
    expect(told).toEqual(['ready', [at(1), at(2)]]);
    expect(released).toEqual([bundle]);
  });

  it('tells of erasures before the sealed fields of the same bundle', async () => {
    bundles = [bundleOf(SEALED, ERASURE)];
    await pass(0, 2);
    expect(told).toEqual(['ready', ['x', 1], [[0, ['/actor/email']]]]);
  });

  it('tells of payloads that were moved out, in which there may be more', async () => {
    const reference = { $blob: { sha256: 'ab'.repeat(32), bytes: 7, media_type: 'application/json' } };
    const moved = { ...SEALED, request: reference, file: { path: '/a', diff: reference } };
    bundles = [bundleOf({ ...PLAIN, changes: reference }, moved, { ...PLAIN, metadata: { request: reference } })];
    await pass(0, 3);
    const payload = (pointer: string) => ({ pointer, sha256: 'ab'.repeat(32) });
    const expected = [
      [0, [], payload('/changes')],
      [1, ['/actor/email'], payload('/request')],
    ];
    expect(told).toEqual(['ready', expected]);
  });

  it('does not look at what was not asked for', async () => {
    bundles = [bundleOf(SEALED, SEALED, ERASURE)];
    await pass(0, 1);
    expect(told).toEqual(['ready', [[0, ['/actor/email']]]]);
  });

  it('does not look at bundles that are read once more and not given back, nor at those of others', async () => {
    bundles = [bundleOf(SEALED)];
    await scan.entries(0, 1);
    scan.release(bundleOf(SEALED));
    expect(told).toEqual(['ready']);
  });

  it('leaves what is damaged, or no event, to the verifier', async () => {
    bundles = [bundleOf(SEALED).subarray(0, -1), bundleOf('{"$sealed"', '"$sealed"', PLAIN), new Uint8Array()];
    for (const index of bundles.keys()) await pass(index, 3);
    expect(told).toEqual(['ready', 'ready', 'ready']);
    expect(released).toHaveLength(3);
  });

  it('has nothing where the log has nothing', async () => {
    expect(await scan.entries(7, 1)).toBeUndefined();
  });
});

import { createHash } from 'node:crypto';
import { canonicalJson } from '@attestlog/event';
import { evidenceFiles, evidencePayloadName, noteVerifier } from '@attestlog/tlog';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EvidenceContent, evidenceOf, seal } from '../../testing/evidence-files.js';
import { erasureEvent, sealedEvent } from '../../testing/sealed-entries.js';
import { TestLog } from '../../testing/test-log.js';
import { checkEvidence, type EvidenceOutcome, isSound } from './evidence-check.js';
import { type PackFiles, PackRefusal } from './pack-files.js';

type Files = Map<string, Buffer>;

/** 300 events, of which 4 and 5 have sealed fields; 290 certifies an erasure of what 5 had. */
const log = new TestLog('log.example/acme');
const opening = sealedEvent('e4').opening;
const openings = new Map([
  [4, [opening]],
  [5, [{ pointer: '/actor/email', erasure: 'x1' }]],
]);

let byFilter: Files;
let ofRange: Files;

beforeAll(async () => {
  for (let index = 0; index < 300; index++) log.append(canonicalJson(eventAt(index)));
  byFilter = await evidenceOf(log, { indexes: [2, 4, 5, 77, 299], openings, certificates: [290] });
  ofRange = await evidenceOf(log, { range: [250, 262] });
});

function eventAt(index: number): object {
  if (index === 4 || index === 5) return sealedEvent(`e${index}`).event;
  return index === 290 ? erasureEvent(log, 'x1') : { id: `e${index}`, action: 'order.approve' };
}

function check(files: Files, keys = [log.signer.verifierKey]): Promise<EvidenceOutcome> {
  const pack: PackFiles = {
    names: new Set(files.keys()),
    read: async (name) => files.get(name)!,
    close: async () => {},
  };
  const run = { verifiers: keys.map(noteVerifier), signal: new AbortController().signal, onProgress: () => {} };
  return checkEvidence(pack, run);
}

const verdictsOf = ({ events }: EvidenceOutcome) => events.map(({ index, verdict }) => `${index} ${verdict}`);
const codesOf = ({ violations, events }: EvidenceOutcome) =>
  [...violations.map(({ code }) => code), ...events.flatMap(({ problem }) => (problem ? [problem.code] : []))].sort();

/** A copy that is changed, and sealed again only by whoever has the log's key. */
function changed(files: Files, change: (files: Files) => void, by?: TestLog): Files {
  const copy = new Map(files);
  change(copy);
  if (by !== undefined) seal(copy, by);
  return copy;
}

describe('a pack as it was made', () => {
  it('by a filter is verified event by event, and not said to be whole', async () => {
    const outcome = await check(byFilter);
    expect(outcome.violations).toEqual([]);
    expect(verdictsOf(outcome)).toEqual([2, 4, 5, 77, 299].map((index) => `${index} verified`));
    expect(outcome.completeness).toBe('not-provable');
    expect(outcome.events[1]!.sealed).toEqual({ verified: 1, erased: 0, missing: 0, unopened: 0 });
    expect(outcome.events[2]!.sealed).toEqual({ verified: 0, erased: 1, missing: 0, unopened: 0 });
    expect(isSound(outcome)).toBe(true);
  });

  it('of a range is proven to be whole', async () => {
    const outcome = await check(ofRange);
    expect(outcome.violations).toEqual([]);
    expect(outcome.completeness).toBe('proven');
    expect(outcome.events).toHaveLength(12);
  });

  it('has gaps where the server had an entry no longer, and says which', async () => {
    const outcome = await check(await evidenceOf(log, { range: [250, 262], removed: [255] }));
    expect(outcome.completeness).toBe('proven-with-gaps');
    expect(verdictsOf(outcome)[5]).toBe('255 absent');
    expect(isSound(outcome)).toBe(true);
  });

  it('leaves sealed fields alone that it does not open', async () => {
    const outcome = await check(await evidenceOf(log, { indexes: [4, 5] }));
    expect(outcome.events.map(({ sealed }) => sealed.unopened)).toEqual([1, 1]);
    expect(isSound(outcome)).toBe(true);
  });

  it('may have no event, one, or all', async () => {
    const contents: EvidenceContent[] = [
      { indexes: [] },
      { range: [0, 1] },
      { range: [299, 300] },
      { range: [0, 300] },
    ];
    for (const content of contents) expect((await check(await evidenceOf(log, content))).violations).toEqual([]);
  });
});

describe('a pack that was changed', () => {
  it('in any byte of any file is found, and what was changed is never verified', async () => {
    const anyPack = fc.constantFrom(
      () => byFilter,
      () => ofRange,
    );
    await fc.assert(
      fc.asyncProperty(anyPack, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (pack, file, at, bits) => {
        const files = pack();
        const name = [...files.keys()][file % files.size]!;
        const bytes = Buffer.from(files.get(name)!);
        bytes[at % bytes.length]! ^= bits;
        const outcome = await check(changed(files, (copy) => copy.set(name, bytes)));
        expect(isSound(outcome)).toBe(false);
        const index = Number(/^(?:events|receipts|openings)\/(\d+)/.exec(name)?.[1] ?? -1);
        expect(outcome.events.find((event) => event.index === index)?.verdict ?? 'violated').toBe('violated');
      }),
      { numRuns: 400 },
    );
  });

  it('by taking a file away, or adding one, is found', async () => {
    for (const files of [byFilter, ofRange]) {
      for (const name of files.keys()) {
        const outcome = await check(changed(files, (copy) => copy.delete(name)));
        expect(isSound(outcome), name).toBe(false);
        if (/^(?:events|receipts|leaves|range)/.test(name)) expect(outcome.completeness).not.toBe('proven');
      }
    }
    const more = changed(byFilter, (copy) => {
      copy.set('events/6.json', log.entries[6]!);
      copy.set('receipts/6.txt', copy.get('receipts/77.txt')!);
    });
    expect(codesOf(await check(more))).toEqual(['other-index', 'unexpected-file', 'unexpected-file', 'wrong-count']);
  });

  it('by swapping receipts, renaming or doubling events is found for each of them', async () => {
    const swapped = changed(byFilter, (copy) => {
      copy.set('receipts/2.txt', byFilter.get('receipts/77.txt')!);
      copy.set('receipts/77.txt', byFilter.get('receipts/2.txt')!);
    });
    const found = await check(swapped);
    expect(verdictsOf(found).filter((verdict) => verdict.endsWith('violated'))).toEqual(['2 violated', '77 violated']);
    const renamed = changed(
      byFilter,
      (copy) => {
        for (const [folder, end] of [
          ['events', 'json'],
          ['receipts', 'txt'],
        ] as const) {
          copy.set(`${folder}/3.${end}`, copy.get(`${folder}/2.${end}`)!);
          copy.delete(`${folder}/2.${end}`);
        }
      },
      log,
    );
    expect((await check(renamed)).events[0]).toMatchObject({
      index: 3,
      verdict: 'violated',
      problem: { code: 'other-index' },
    });
    const doubled = changed(
      byFilter,
      (copy) => {
        copy.set('events/3.json', copy.get('events/2.json')!);
        copy.set(
          'receipts/3.txt',
          Buffer.from(copy.get('receipts/2.txt')!.toString().replace('index 2\n', 'index 3\n')),
        );
      },
      log,
    );
    expect((await check(doubled)).events[1]).toMatchObject({ index: 3, problem: { code: 'not-included' } });
  });
});

/** The operator has the key, and can seal whatever it likes: the proofs are what holds it. */
describe('a pack that the operator forged', () => {
  it('by leaving an entry of a range out is found', async () => {
    const files = changed(
      ofRange,
      (copy) => {
        copy.delete('events/255.json');
        copy.delete('receipts/255.txt');
        const manifest = JSON.parse(copy.get(evidenceFiles.manifest)!.toString());
        manifest.counts.events -= 1;
        copy.set(evidenceFiles.manifest, Buffer.from(JSON.stringify(manifest)));
      },
      log,
    );
    const outcome = await check(files);
    expect(outcome.completeness).toBe('violated');
    expect(codesOf(outcome)).toEqual(['missing-event']);
  });

  it('by closing the gap, in the hashes too, is found', async () => {
    const files = changed(
      ofRange,
      (copy) => {
        const leaves = copy.get(evidenceFiles.leaves)!.toString().split('\n').toSpliced(5, 1);
        copy.set(evidenceFiles.leaves, Buffer.from(leaves.join('\n')));
      },
      log,
    );
    expect(await check(files)).toMatchObject({ completeness: 'violated', violations: [{ code: 'incomplete-range' }] });
  });

  it('with the proof of another range is found', async () => {
    const other = await evidenceOf(log, { range: [251, 263] });
    const files = changed(
      ofRange,
      (copy) => {
        for (const name of [evidenceFiles.leaves, evidenceFiles.rangeProof]) copy.set(name, other.get(name)!);
      },
      log,
    );
    expect((await check(files)).completeness).toBe('violated');
  });

  it('with an entry that was changed is found', async () => {
    const files = changed(
      byFilter,
      (copy) => copy.set('events/2.json', Buffer.from('{"id":"e2","action":"a.b"}')),
      log,
    );
    const outcome = await check(files);
    expect(outcome.violations).toEqual([]);
    expect(outcome.events[0]).toMatchObject({ verdict: 'violated', problem: { code: 'not-included' } });
  });

  it('with a value that was never recorded, or an erasure that never was, is found', async () => {
    const put = (index: number, value: unknown) =>
      changed(byFilter, (copy) => copy.set(`openings/${index}.json`, Buffer.from(JSON.stringify(value))), log);
    const codes = async (files: Files) => codesOf(await check(files));
    expect(await codes(put(4, [{ ...opening, value: 'mallory@example.com' }]))).toEqual(['wrong-opening']);
    expect(await codes(put(4, []))).toEqual(['unopened-field']);
    expect(await codes(put(4, [{ pointer: '/actor/email', erasure: 'x2' }]))).toEqual(['uncertified-erasure']);
    expect(await codes(put(4, 'x'))).toEqual(['malformed-openings']);
    expect(await codes(put(4, [{ pointer: '/actor/email', erasure: 'x1' }]))).toEqual(['exceeded-certificate']);
    const uncertified = changed(
      byFilter,
      (copy) => {
        copy.delete('certificates/290.json');
        copy.delete('certificates/290.txt');
      },
      log,
    );
    expect(await codes(uncertified)).toEqual(['uncertified-erasure']);
    const another = changed(
      byFilter,
      (copy) => {
        copy.set('certificates/2.json', copy.get('events/2.json')!);
        copy.set('certificates/2.txt', copy.get('receipts/2.txt')!);
      },
      log,
    );
    expect(await codes(another)).toEqual(['bad-certificate']);
  });
});

describe('the checkpoint of a pack', () => {
  it('is of the log whose key is given, or nothing is verified', async () => {
    const other = new TestLog(log.origin);
    const outcome = await check(byFilter, [other.signer.verifierKey]);
    expect(outcome.violations[0]).toMatchObject({ code: 'unknown-key' });
    expect(outcome.events.every(({ verdict }) => verdict === 'violated')).toBe(true);
  });

  it('of another log, or an older one, proves none of the receipts', async () => {
    const stranger = new TestLog('log.example/other');
    stranger.append('x');
    const keys = [log, stranger].map(({ signer }) => signer.verifierKey);
    for (const checkpoint of [stranger.checkpoint(), log.checkpoint(299)]) {
      const files = changed(byFilter, (copy) => copy.set(evidenceFiles.checkpoint, Buffer.from(checkpoint)), log);
      const outcome = await check(files, keys);
      expect(outcome.violations.map(({ code }) => code)).toContain('bad-manifest');
      expect(outcome.events.map(({ problem }) => problem?.code)).toEqual(Array(5).fill('other-checkpoint'));
    }
  });

  it('does not vouch for a list of files that another key signed', async () => {
    const outcome = await check(changed(byFilter, () => {}, new TestLog(log.origin)));
    expect(outcome.violations.map(({ code }) => code)).toEqual(['bad-seal']);
  });
});

it('a file that cannot be read costs its own event the verdict, and no other one', async () => {
  const pack: PackFiles = {
    names: new Set(byFilter.keys()),
    read: async (name) => {
      if (name === 'events/4.json') throw new PackRefusal('torn');
      return byFilter.get(name)!;
    },
    close: async () => {},
  };
  const verifiers = [noteVerifier(log.signer.verifierKey)];
  const outcome = await checkEvidence(pack, { verifiers, signal: new AbortController().signal, onProgress: () => {} });
  expect(verdictsOf(outcome).filter((verdict) => verdict.endsWith('violated'))).toEqual(['4 violated']);
});

describe('payloads that were moved out of events', () => {
  const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(70_000) }));
  const name = evidencePayloadName(createHash('sha256').update(payload).digest('hex'));
  const moved = new TestLog('log.example/moved');
  const referring = (id: string, bytes = payload.length) => {
    const sha256 = name.slice('payloads/'.length);
    return canonicalJson({ id, action: 'a.b', request: { $blob: { sha256, bytes, media_type: 'application/json' } } });
  };
  const keys = [moved.signer.verifierKey];
  let packed: Files;
  const payloadsOf = ({ events }: EvidenceOutcome) => events.map(({ payloads }) => payloads);

  beforeAll(async () => {
    moved.append(referring('m0'));
    moved.append(canonicalJson({ id: 'm1', action: 'a.b' }));
    moved.append(referring('m2'));
    moved.append(referring('m3', payload.length + 1));
    packed = await evidenceOf(moved, { indexes: [0, 1, 2], payloads: [payload] });
  });

  it('are verified by the hash that the event has, also where several have it', async () => {
    const outcome = await check(packed, keys);
    expect(isSound(outcome)).toBe(true);
    expect(payloadsOf(outcome).map(({ verified }) => verified)).toEqual([1, 0, 1]);
  });

  it('that are not in the pack are said to be absent', async () => {
    const outcome = await check(await evidenceOf(moved, { indexes: [0, 1], payloadsAbsent: 1 }), keys);
    expect(isSound(outcome)).toBe(true);
    expect(payloadsOf(outcome)[0]).toEqual({ verified: 0, absent: 1, violated: 0 });
  });

  it('that are others, of another size, left out or put in are told, whoever sealed the pack', async () => {
    const other = changed(packed, (files) => files.set(name, Buffer.concat([payload, Buffer.from(' ')])), moved);
    expect(codesOf(await check(other, keys))).toEqual(['other-payload', 'other-payload']);
    const size = await evidenceOf(moved, { indexes: [3], payloads: [payload] });
    expect(codesOf(await check(size, keys))).toEqual(['other-payload']);
    const without = changed(packed, (files) => files.delete(name), moved);
    expect(codesOf(await check(without, keys))).toEqual(['wrong-count']);
    const more = await evidenceOf(moved, { indexes: [1], payloads: [payload] });
    expect(codesOf(await check(more, keys))).toEqual(['unexpected-file', 'wrong-count']);
  });
});

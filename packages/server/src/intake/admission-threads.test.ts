import { existsSync } from 'node:fs';
import { defaultSealing, parseSealedItems, type SealedItem } from '@attestlog/event';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { eventInput } from '../../../event/testing/arbitraries.js';
import { madeKeys } from '../../testing/made-keys.js';
import { sha256 } from '../../testing/sample-records.js';
import { Problem } from '../errors.js';
import type { Admission, Outcome, Source } from './admission.js';
import { AdmissionThreads } from './admission-threads.js';
import { InlineAdmitter } from './admitter.js';
import type { SealingKeySource } from './sealing-keys.js';
import { rulesText } from './treatments.js';

const built = new URL('../../dist/intake/admission-worker.js', import.meta.url);
const unlessBuilt = existsSync(built) ? '' : ' (skipped: there is no build)';
const receivedAtNs = 1_790_000_000_123_456_789n;
const inline = new InlineAdmitter({ newId: () => 'made-inline', sha256, maxFutureSkewMs: 0 });

/** A batch of this many events of about 1 kB, of which every tenth is refused. */
function batch(count: number, name: string): Source {
  const events = Array.from({ length: count }, (_, i) => ({
    ...(i % 10 === 3 ? {} : { action: 'order.approve' }),
    id: `${name}-${i}`,
    message: 'x'.repeat(1000),
  }));
  return { kind: 'array', bytes: Uint8Array.from(Buffer.from(JSON.stringify(events))), maxItems: 1000 };
}

function outcomesOf(admission: Admission): Outcome[] {
  if (admission.error !== undefined) throw new Error(admission.error.message);
  return admission.outcomes;
}

/** As far as threads tell: the entry's bytes are compared as text. */
function seen(admission: Admission): unknown[] {
  return outcomesOf(admission).map((outcome) =>
    outcome.ok ? { id: outcome.id, timeNs: outcome.timeNs, entry: Buffer.from(outcome.entry).toString() } : outcome,
  );
}

describe.skipIf(!existsSync(built))(`admission threads${unlessBuilt}`, () => {
  let threads: AdmissionThreads;
  afterEach(() => threads.close());

  const start = (worker: URL, count = 2) => {
    threads = new AdmissionThreads({ threads: count, maxFutureSkewMs: 0, inline, worker });
  };

  it('give each of many requests at once its own outcomes, the same as this thread would', async () => {
    start(built);
    const names = Array.from({ length: 20 }, (_, i) => `request${i}`);
    const admissions = await Promise.all(names.map((name) => threads.admit(batch(100, name), receivedAtNs)));
    for (const [i, name] of names.entries()) {
      const expected = await inline.admit(batch(100, name), receivedAtNs);
      expect(seen(admissions[i]!)).toEqual(seen(expected));
    }
  });

  it('leave small requests and values to this thread, and all of them when there is no other', async () => {
    start(built);
    const small = await threads.admit({ kind: 'lines', lines: ['{"action":"a.b"}'] }, receivedAtNs);
    expect(outcomesOf(small)).toMatchObject([{ ok: true, id: 'made-inline' }]);
    await threads.close();
    start(built, 0);
    const large = await threads.admit(
      { kind: 'lines', lines: [`{"action":"a.b","message":"${'x'.repeat(40_000)}"}`] },
      receivedAtNs,
    );
    expect(outcomesOf(large)).toHaveLength(1);
  });

  it('fail the requests of a thread that dies, and go on with another', async () => {
    const deadly = new URL(
      `data:text/javascript,${encodeURIComponent(
        "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1));",
      )}`,
    );
    start(deadly, 1);
    await expect(threads.admit(batch(100, 'a'), receivedAtNs)).rejects.toThrow('an admission thread ended');
    // The one that took its place answers, or rather dies, too.
    await expect(threads.admit(batch(100, 'b'), receivedAtNs)).rejects.toThrow('an admission thread ended');
  });

  describe('get the keys that they seal with from here', () => {
    const rules = rulesText({ sealing: defaultSealing })!;
    const large = (events: readonly unknown[]): Source => {
      const padded = [...events, { action: 'a.b', message: 'x'.repeat(40_000) }];
      return { kind: 'array', bytes: Uint8Array.from(Buffer.from(JSON.stringify(padded))), maxItems: 1000 };
    };
    const by = (id: string) => ({ id: `e-${id}`, action: 'a.b', actor: { id, name: 'Jane' } });
    const sourceOf = (asked: string[][]): SealingKeySource => ({
      keysFor: async (tenant, subjects) => {
        asked.push([...subjects]);
        return madeKeys(subjects, asked.length, tenant);
      },
    });

    it('once, until they are forgotten', async () => {
      start(built, 1);
      const asked: string[][] = [];
      const order = { tenant: 'acme', rules, keys: sourceOf(asked) };
      const generations = async () => {
        const outcomes = outcomesOf(await threads.admit(large([by('u1'), by('u2')]), receivedAtNs, order));
        return outcomes.slice(0, 2).map((outcome) => {
          const items = outcome.ok ? parseSealedItems(outcome.sealed ?? '') : undefined;
          return (items?.[0] as SealedItem | undefined)?.k;
        });
      };
      expect(await generations()).toEqual([1, 1]);
      expect(await generations()).toEqual([1, 1]);
      expect(asked).toEqual([['u1', 'u2']]);
      threads.forgetKeys('acme', madeKeys(['u1']).subjects.get('u1')!.tag);
      expect(await generations()).toEqual([2, 1]);
      threads.forgetKeys('other');
      expect(await generations()).toEqual([2, 1]);
      threads.forgetKeys();
      expect(await generations()).toEqual([3, 3]);
    });

    it('and give the same as this thread would, whatever the events are', () => {
      start(built);
      const order = { tenant: 'acme', rules, keys: { keysFor: (_: string, s: readonly string[]) => madeKeys(s) } };
      const withoutBoxes = (admission: Admission) =>
        outcomesOf(admission).map((outcome) => {
          if (!outcome.ok) return outcome;
          const items = parseSealedItems(outcome.sealed ?? '[]')!.map((item) => ({ ...item, v: undefined }));
          return { entry: Buffer.from(outcome.entry).toString(), items };
        });
      return fc.assert(
        fc.asyncProperty(fc.array(eventInput, { maxLength: 5 }), async (events) => {
          const named = events.map((event, i) => ({ ...event, id: `e-${i}` }));
          const source = () => large([...named, { id: 'last', action: 'Nope' }]);
          const [theirs, ours] = [
            threads.admit(source(), receivedAtNs, order),
            inline.admit(source(), receivedAtNs, order),
          ];
          // The padding has no id of its own.
          expect(withoutBoxes(await theirs).slice(0, -1)).toEqual(withoutBoxes(await ours).slice(0, -1));
        }),
        { numRuns: 25 },
      );
    });

    it('or fail the request with what the source says, and go on', async () => {
      start(built, 1);
      const refusal = new Problem('master-key-unavailable');
      const failing = { tenant: 'acme', rules, keys: { keysFor: () => Promise.reject(refusal) } };
      await expect(threads.admit(large([by('u1')]), receivedAtNs, failing)).rejects.toBe(refusal);
      const order = { ...failing, keys: sourceOf([]) };
      expect(outcomesOf(await threads.admit(large([by('u1')]), receivedAtNs, order))[0]).toMatchObject({ ok: true });
    });
  });
});

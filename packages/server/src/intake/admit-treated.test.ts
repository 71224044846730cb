import { defaultPolicy, defaultSealing, type EventInput, formatNs, parseSealedItems } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventInput } from '../../../event/testing/arbitraries.js';
import { madeKeys } from '../../testing/made-keys.js';
import { seededBytes } from '../../testing/random-bytes.js';
import { sha256 } from '../../testing/sample-records.js';
import type { SealingKeys } from '../privacy/keys/subject-keys.js';
import type { Admission, Outcome, Source } from './admission.js';
import { admitTreated } from './admit-treated.js';
import { KnownKeys } from './known-keys.js';
import { type Rules, rulesText, Treatments } from './treatments.js';

const random = seededBytes(3);
const treatments = new Treatments(() => Buffer.from(random(16)).toString('latin1'));
const sealing: Rules = { sealing: defaultSealing };
const receivedAtNs = 1_790_000_000_123_456_789n;

interface Options {
  known?: KnownKeys;
  rules?: Rules;
  ask?: (subjects: readonly string[]) => Promise<SealingKeys>;
}

/** Admits, and keeps the questions for keys and the ids that were made. */
function admitWith(
  source: Source,
  { known = new KnownKeys(), rules = sealing, ask = async (s) => madeKeys(s) }: Options,
) {
  const asked: (readonly string[])[] = [];
  let made = 0;
  const newId = () => `made-${++made}`;
  const context = { receivedAt: formatNs(receivedAtNs), receivedAtNs, newId, maxFutureSkewMs: 0, sha256 };
  const admission = admitTreated(source, context, {
    tenant: 'acme',
    treatment: treatments.of(rulesText(rules)!),
    known,
    ask: (subjects) => {
      asked.push(subjects);
      return ask(subjects);
    },
  });
  return { admission, asked };
}

function outcomesOf(admission: Admission): Outcome[] {
  if (admission.error !== undefined) throw new Error(admission.error.message);
  return admission.outcomes;
}

/** Outcomes without what differs each time: the encrypted values. */
function seen(admission: Admission): unknown[] {
  return outcomesOf(admission).map((outcome) => {
    if (!outcome.ok) return outcome;
    const items = outcome.sealed === undefined ? undefined : parseSealedItems(outcome.sealed);
    const beside = items?.map((item) => ({ ...item, v: undefined }));
    return { ...outcome, entry: Buffer.from(outcome.entry).toString(), sealed: beside };
  });
}

const values = (...events: EventInput[]): Source => ({ kind: 'values', values: events });
const lines = (...events: unknown[]): Source => ({
  kind: 'lines',
  lines: events.map((event) => JSON.stringify(event)),
});
const by = (id: string, more: Partial<EventInput> = {}): EventInput => ({
  action: 'order.approve',
  actor: { id, name: `Name of ${id}` },
  ...more,
});

describe('the keys of a request', () => {
  test('that are at hand are not asked for, and the answer is there at once', async () => {
    const known = new KnownKeys();
    known.learn(known.begin('acme'), madeKeys(['u1', 'u2']));
    const { admission, asked } = admitWith(lines(by('u1'), by('u2')), { known });
    expect(admission).not.toBeInstanceOf(Promise);
    expect(asked).toEqual([]);
  });

  test('that are missing are asked for once, each subject once, and remembered', async () => {
    const known = new KnownKeys();
    const { admission, asked } = admitWith(lines(by('u1'), by('u2'), by('u1'), { action: 'a.b' }), { known });
    expect(outcomesOf(await admission).map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(asked).toEqual([['u1', 'u2']]);
    expect(admitWith(lines(by('u2')), { known }).asked).toEqual([]);
  });

  test('are not remembered when changes would not be heard of, or one was meanwhile', async () => {
    const known = new KnownKeys();
    const unwatched = async (subjects: readonly string[]) => ({ ...madeKeys(subjects), isWatched: false });
    await admitWith(lines(by('u1')), { known, ask: unwatched }).admission;
    expect(known.of('acme')).toBeUndefined();
    const changed = async (subjects: readonly string[]) => {
      known.forget('acme');
      return madeKeys(subjects);
    };
    await admitWith(lines(by('u1')), { known, ask: changed }).admission;
    expect(known.of('acme')).toBeUndefined();
  });

  test('that do not come fail the request as a whole, and the next one asks anew', async () => {
    const known = new KnownKeys();
    const refusal = new Error('no keys');
    const { admission } = admitWith(lines({ action: 'a.b' }, by('u1')), { known, ask: () => Promise.reject(refusal) });
    await expect(admission).rejects.toBe(refusal);
    expect(outcomesOf(await admitWith(lines(by('u1')), { known }).admission)).toMatchObject([{ ok: true }]);
  });

  test('of more subjects than are remembered seal all the same', async () => {
    const events = Array.from({ length: 50 }, (_, i) => by(`u${i}`));
    const { admission, asked } = admitWith(lines(...events), { known: new KnownKeys(3) });
    expect(outcomesOf(await admission).every((outcome) => outcome.ok && outcome.sealed !== undefined)).toBe(true);
    expect(asked).toHaveLength(1);
  });

  test('are those of the tenant first where these tell whose values there are', async () => {
    const rules: Rules = {
      detection: { actions: { email: 'mask' }, mask_style: 'hash' },
      sealing: { fields: [{ path: '/metadata/name', subject: '/metadata/mail' }] },
    };
    const event = { action: 'a.b', metadata: { name: 'Jane', mail: 'jane@example.com' } };
    const { admission, asked } = admitWith(lines(event), { rules });
    expect(outcomesOf(await admission)).toMatchObject([{ ok: true }]);
    expect(asked).toEqual([[], [expect.stringMatching(/^\[email:h[0-9a-f]{16}\]$/)]]);
  });
});

describe('an event that had to wait for keys', () => {
  test('keeps the id that was made for it, by which it is sampled', async () => {
    const everySecond = { ...defaultPolicy, level: 'all' as const, sample_rate: 0.5 };
    const rules: Rules = { ...sealing, recording: everySecond };
    const source = () => lines(...Array.from({ length: 200 }, () => by('u1', { outcome: 'success' })));
    const waited = await admitWith(source(), { rules }).admission;
    const known = new KnownKeys();
    known.learn(known.begin('acme'), madeKeys(['u1']));
    expect(seen(waited)).toEqual(seen(await admitWith(source(), { rules, known }).admission));
    expect(new Set(outcomesOf(waited).map(({ ok }) => ok)).size).toBe(2);
  });

  test('becomes what it would have become at once, in its place, whatever came before', () => {
    const odd = fc.constantFrom({ action: 'Nope' }, null, { action: 'a.b', metadata: { $sealed: 1 } });
    const events = fc.array(fc.oneof({ weight: 5, arbitrary: eventInput }, odd), { maxLength: 6 });
    return fc.assert(
      fc.asyncProperty(events, fc.subarray(['values', 'lines']), async (all, [kind = 'lines']) => {
        const before = JSON.stringify(all);
        const values = JSON.parse(before) as unknown[];
        const source = (): Source => (kind === 'lines' ? lines(...values) : { kind: 'values', values });
        const known = new KnownKeys();
        const waited = await admitWith(source(), { known }).admission;
        const atOnce = admitWith(source(), { known });
        expect(atOnce.asked).toEqual([]);
        expect(seen(waited)).toEqual(seen(await atOnce.admission));
        expect(JSON.stringify(values)).toBe(before);
      }),
      { numRuns: 50 },
    );
  });

  test('holds no personal value in its entry', async () => {
    const { admission } = admitWith(values(by('u1')), {});
    const [outcome] = outcomesOf(await admission);
    expect(outcome!.ok && Buffer.from(outcome!.entry).toString()).not.toContain('Name of');
  });
});

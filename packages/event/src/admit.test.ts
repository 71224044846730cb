import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionContext, receivedAtNs } from '../testing/admission-context.js';
import { eventInput, rewritten } from '../testing/arbitraries.js';
import { nearlyValidEvent, oddValue } from '../testing/odd-values.js';
import { type AdmittedEvent, admitEvent, entryAsReceived, rebuildEntry } from './admit.js';
import * as bounds from './bounds.js';
import { canonicalJson, UnacceptableJsonError } from './canonical-json.js';
import { parseJson } from './json.js';
import { eventInputSchema, storedEventSchema } from './schema.js';
import { formatNs, isMoment, parseTime } from './time.js';

const context = admissionContext();

function admit(value: unknown): AdmittedEvent {
  const result = admitEvent(value, context);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('an admitted event', () => {
  it('gets id and times, and is written canonically', () => {
    const result = admit({ action: 'order.approve', message: 'Grüße' });
    expect(textOf(result.entry)).toBe(
      `{"action":"order.approve","id":"made-id","message":"Grüße","received_at":"${context.receivedAt}","time":"${context.receivedAt}"}`,
    );
    expect(result).toMatchObject({
      id: 'made-id',
      timeNs: receivedAtNs,
      time: context.receivedAt,
      idGiven: false,
      timeGiven: false,
      blobs: [],
    });
  });

  it('keeps its own id and time, the time in UTC', () => {
    const result = admit({ id: 'e-1', action: 'a.b', time: '2025-10-06T14:54:12.025979640+02:00' });
    expect(result).toMatchObject({
      id: 'e-1',
      time: '2025-10-06T12:54:12.025979640Z',
      timeNs: 1_759_755_252_025_979_640n,
      idGiven: true,
      timeGiven: true,
    });
  });

  it('is an event as stored', () => {
    fc.assert(
      fc.property(eventInput, (event) => storedEventSchema.safeParse(JSON.parse(textOf(admit(event).entry))).success),
    );
  });

  it('leaves the value that came in alone', () => {
    const big = { action: 'a.b', request: 'x'.repeat(70_000), file: { diff: 'y'.repeat(70_000) } };
    const before = structuredClone(big);
    admit(big);
    expect(big).toEqual(before);
  });

  it('keeps __proto__ and constructor inside free JSON as plain members', () => {
    const { value } = parseJson(
      '{"action":"a.b","metadata":{"__proto__":{"x":1},"constructor":2},"request":{"__proto__":3}}',
    );
    const entry = textOf(admit(value).entry);
    expect(entry).toContain('"metadata":{"__proto__":{"x":1},"constructor":2}');
    expect(entry).toContain('"request":{"__proto__":3}');
  });

  it('may lie in the future up to the allowed skew, to the nanosecond', () => {
    const limit = receivedAtNs + 300_000n * 1_000_000n;
    expect(admitEvent({ action: 'a.b', time: formatNs(limit) }, context).ok).toBe(true);
    expect(admitEvent({ action: 'a.b', time: formatNs(limit + 1n) }, context)).toMatchObject({
      problems: [{ code: 'time-in-future', pointer: '/time' }],
    });
  });
});

describe('admission is a pure function', () => {
  it('gives the same entry again, also from a text written otherwise', () => {
    fc.assert(
      fc.property(eventInput, (event) => {
        const { entry } = admit(event);
        expect(admit(event).entry).toEqual(entry);
        expect(admit(parseJson(rewritten(event)).value).entry).toEqual(entry);
      }),
    );
  });

  it('rebuilds the entry of the original from a later repeat, and only then', () => {
    fc.assert(
      fc.property(eventInput, eventInput, (event, other) => {
        const original = admit(event);
        const rebuild = (value: unknown) =>
          rebuildEntry(value, { id: original.id, receivedAt: context.receivedAt, sha256: context.sha256 });
        expect(rebuild(event)).toEqual(original.entry);
        const same = canonicalJson({ ...other, id: original.id }) === canonicalJson({ ...event, id: original.id });
        const changed = rebuild({ ...other, id: original.id });
        if (!same && other.time === event.time) expect(changed).not.toEqual(original.entry);
      }),
    );
  });

  it('is, from the entry of a repeat, what it is from what the client sent', () => {
    const laterNs = receivedAtNs + 123_456_789n;
    const later = admissionContext({ receivedAtNs: laterNs, receivedAt: formatNs(laterNs) });
    const payload = { request: { text: 'x'.repeat(70_000) } };
    fc.assert(
      fc.property(eventInput, fc.boolean(), (event, isLarge) => {
        const original = admit(isLarge ? { ...event, ...payload } : event);
        const repeat = admitEvent({ ...event, ...(isLarge ? payload : {}), id: original.id }, later);
        if (!repeat.ok) throw new Error(JSON.stringify(repeat.problems));
        expect(entryAsReceived(repeat.entry, context.receivedAt, repeat.timeGiven)).toEqual(original.entry);
      }),
    );
  });

  it('rebuilds with payloads moved out', () => {
    const event = { action: 'a.b', request: { text: 'x'.repeat(70_000) } };
    const original = { id: 'made-id', receivedAt: context.receivedAt, sha256: context.sha256 };
    expect(rebuildEntry(event, original)).toEqual(admit(event).entry);
    expect(rebuildEntry({ ...event, request: { text: `y${'x'.repeat(69_999)}` } }, original)).not.toEqual(
      admit(event).entry,
    );
    expect(rebuildEntry({ action: 'nonsense' }, original)).toBeUndefined();
  });
});

describe('a refused event', () => {
  const long = (chars: number) => 'x'.repeat(chars + 1);
  it.each([
    ['no object', null, 'not-an-object', ''],
    ['an array', [{ action: 'a.b' }], 'not-an-object', ''],
    ['no action', {}, 'required', '/action'],
    ['an action of one part', { action: 'login' }, 'bad-format', '/action'],
    ['an action in upper case', { action: 'User.Login' }, 'bad-format', '/action'],
    ['an action that ends with a line break', { action: 'user.login\n' }, 'bad-format', '/action'],
    ['a long action', { action: `a.${long(bounds.ACTION_MAX_CHARS)}` }, 'too-long', '/action'],
    ['a number as action', { action: 5 }, 'wrong-type', '/action'],
    ['received_at', { action: 'a.b', received_at: '2025-01-01T00:00:00Z' }, 'server-field', '/received_at'],
    ['an unknown field', { action: 'a.b', 'x/y': 1 }, 'unknown-field', '/x~1y'],
    ['__proto__ at the top', JSON.parse('{"action":"a.b","__proto__":{}}'), 'unknown-field', '/__proto__'],
    ['an unknown field of the actor', { action: 'a.b', actor: { nmae: 'x' } }, 'unknown-field', '/actor/nmae'],
    [
      'a third party',
      { action: 'a.b', actor: { on_behalf_of: { id: 'x', on_behalf_of: { id: 'y' } } } },
      'unknown-field',
      '/actor/on_behalf_of/on_behalf_of',
    ],
    ['an empty actor', { action: 'a.b', actor: {} }, 'too-short', '/actor'],
    ['an empty target', { action: 'a.b', targets: [{ id: 'x' }, {}] }, 'too-short', '/targets/1'],
    ['too many targets', { action: 'a.b', targets: Array(65).fill({ id: 'x' }) }, 'too-many-items', '/targets'],
    ['an empty id', { action: 'a.b', id: '' }, 'bad-format', '/id'],
    ['an id with a space', { action: 'a.b', id: 'a b' }, 'bad-format', '/id'],
    ['a long id', { action: 'a.b', id: long(bounds.ID_MAX_CHARS) }, 'too-long', '/id'],
    ['a bad time', { action: 'a.b', time: 'yesterday' }, 'invalid-time', '/time'],
    ['a leap second', { action: 'a.b', time: '2016-12-31T23:59:60Z' }, 'invalid-time', '/time'],
    ['a time too early', { action: 'a.b', time: '1899-12-31T00:00:00Z' }, 'time-out-of-range', '/time'],
    ['a number as time', { action: 'a.b', time: 1 }, 'wrong-type', '/time'],
    ['null', { action: 'a.b', session_id: null }, 'wrong-type', '/session_id'],
    ['another operation', { action: 'a.b', operation: 'VIEW' }, 'not-in-list', '/operation'],
    ['another outcome', { action: 'a.b', outcome: 'ok' }, 'not-in-list', '/outcome'],
    ['another severity', { action: 'a.b', severity: 'high' }, 'not-in-list', '/severity'],
    ['no address', { action: 'a.b', source: { ip: 'AWS Internal' } }, 'bad-format', '/source/ip'],
    ['a long message', { action: 'a.b', message: long(bounds.MESSAGE_MAX_CHARS) }, 'too-long', '/message'],
    ['a negative size', { action: 'a.b', file: { size: -1 } }, 'out-of-range', '/file/size'],
    ['half a line', { action: 'a.b', file: { lines_added: 0.5 } }, 'wrong-type', '/file/lines_added'],
    ['no retention', { action: 'a.b', retention_days: 0 }, 'out-of-range', '/retention_days'],
    ['metadata as an array', { action: 'a.b', metadata: [] }, 'wrong-type', '/metadata'],
    ['metadata as null', { action: 'a.b', metadata: null }, 'wrong-type', '/metadata'],
    ['a date in the metadata', { action: 'a.b', metadata: { a: new Date(0) } }, 'not-json', '/metadata/a'],
    ['a large number', { action: 'a.b', metadata: { a: [2 ** 53] } }, 'number-out-of-range', '/metadata/a/0'],
    ['U+0000', { action: 'a.b', actor: { name: 'a\0' } }, 'nul-character', '/actor/name'],
    ['a lone surrogate', { action: 'a.b', message: '\ud800' }, 'lone-surrogate', '/message'],
    ['a flag that only the server sets', { action: 'a.b', metadata: { $detected: 1 } }, 'reserved-shape', '/metadata'],
    ['a reference as request', { action: 'a.b', request: { $blob: { sha256: 'x' } } }, 'reserved-shape', '/request'],
    ['a reference as response', { action: 'a.b', response: { $blob: 1, other: 2 } }, 'reserved-shape', '/response'],
    ['a reference as changes', { action: 'a.b', changes: { $blob: {} } }, 'unknown-field', '/changes/$blob'],
    ['a sealed value', { action: 'a.b', metadata: { a: [{ $sealed: 1 }] } }, 'reserved-shape', '/metadata/a/0/$sealed'],
    ['a sealed request', { action: 'a.b', request: { $sealed: 'x' } }, 'reserved-shape', '/request/$sealed'],
    [
      'a sealed state',
      { action: 'a.b', changes: { after: { $sealed: 1 } } },
      'reserved-shape',
      '/changes/after/$sealed',
    ],
    ['a sealed name', { action: 'a.b', actor: { name: { $sealed: 'x' } } }, 'wrong-type', '/actor/name'],
    ['a reference as diff', { action: 'a.b', file: { diff: { $blob: {} } } }, 'wrong-type', '/file/diff'],
  ])('%s', (_, value, code, pointer) => {
    const result = admitEvent(value, context);
    expect(result).toMatchObject({ ok: false, problems: [{ code, pointer }] });
    expect(result.ok ? [] : result.problems).toHaveLength(1);
  });

  it('because of depth says where, at any depth', () => {
    for (const levels of [63, 10_000]) {
      const value: unknown = JSON.parse('['.repeat(levels) + ']'.repeat(levels));
      expect(admitEvent({ action: 'a.b', request: value }, context).ok).toBe(levels === 63);
      if (levels > 63) {
        expect(admitEvent({ action: 'a.b', request: value }, context)).toMatchObject({
          problems: [{ code: 'too-deep', pointer: `/request${'/0'.repeat(63)}` }],
        });
      }
    }
  });

  it.each([
    ['actoin', 'action'],
    ['timestamp', 'time'],
    ['user_id', 'actor.id'],
    ['sesion_id', 'session_id'],
    ['tenant_id', 'credentials'],
    ['file_path', 'file.path'],
    ['whatever', 'metadata'],
  ])('because of %s is told of %s', (field, advice) => {
    const result = admitEvent({ action: 'a.b', [field]: 'x' }, context);
    expect(result.ok ? '' : result.problems[0]?.message).toContain(advice);
  });

  it('is told of all its problems, up to a limit', () => {
    const two = admitEvent({ action: 'A', outcome: 'ok' }, context);
    expect(two.ok ? [] : two.problems.map((problem) => problem.pointer)).toEqual(['/action', '/outcome']);
    const many = admitEvent(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 1])), context);
    expect(many.ok ? [] : many.problems).toHaveLength(bounds.PROBLEMS_MAX_ITEMS);
  });
});

describe('the short ways of the admission', () => {
  /** The entry as text by the long way only: the schema itself, a copy of the event, a text. */
  function entryByTheLongWay(value: unknown): string | undefined {
    if (!eventInputSchema.safeParse(value).success) return undefined;
    const event = value as { id?: string; time?: string };
    const moment = event.time === undefined ? { text: context.receivedAt, ns: 0n } : parseTime(event.time);
    if (!isMoment(moment)) return undefined;
    try {
      const stamp = { id: event.id ?? context.newId(), time: moment.text, received_at: context.receivedAt };
      return canonicalJson({ ...event, ...stamp });
    } catch (error) {
      if (error instanceof UnacceptableJsonError) return undefined;
      throw error;
    }
  }

  function entryByAdmission(value: unknown): string | undefined {
    const result = admitEvent(value, context);
    return result.ok ? textOf(result.entry) : undefined;
  }

  /** The schema throws at some values that are no JSON, such as symbols where it compares numbers. */
  function orThrown(entry: () => string | undefined): string | undefined {
    try {
      return entry();
    } catch (error) {
      return `thrown: ${error}`;
    }
  }

  it('lead to the same entries, and to no others', () => {
    let admitted = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(nearlyValidEvent, eventInput, oddValue), (value) => {
        const entry = orThrown(() => entryByAdmission(value));
        expect(entry).toBe(orThrown(() => entryByTheLongWay(value)));
        if (entry === undefined) refused += 1;
        else admitted += 1;
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(admitted, refused)).toBeGreaterThan(500);
  });

  it('leave entries as they are while others are made', () => {
    fc.assert(
      fc.property(fc.array(eventInput, { minLength: 50, maxLength: 50 }), (events) => {
        const filled = events.map((event, place) => ({ ...event, session_id: 'x'.repeat(place * 20) }));
        const entries = filled.map((event) => admit(event).entry);
        expect(entries.map(textOf)).toEqual(filled.map(entryByTheLongWay));
      }),
      { numRuns: 50 },
    );
  });
});

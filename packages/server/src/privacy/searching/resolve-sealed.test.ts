import {
  allOf,
  anyOf,
  checkFilter,
  compileFilter,
  defaultSealing,
  type EventInput,
  type Filter,
  fieldsToSeal,
  filterFields,
  knownField,
  negate,
  normalForm,
  parseFilter,
  printFilter,
  replaceValues,
  type SealingPlan,
  type SealingPolicy,
  sealingPlan,
} from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyFilter } from '../../../../event/testing/filter-arbitraries.js';
import { anyPlan } from '../../../../event/testing/sealing-plans.js';
import { searchedEvent } from '../../../../event/testing/searched-events.js';
import { SAMPLE_BLIND_KEY, sealSample } from '../../../testing/seal-sample.js';
import { blindIndex } from '../sealing/blind-index.js';
import { plannedReach } from './planned-reach.js';
import { type FilterPurpose, resolveSealed, SEALED_SEARCH_MAX_BLINDS } from './resolve-sealed.js';

const POLICY: SealingPolicy = {
  fields: [
    ...defaultSealing.fields,
    { path: '/targets/*/name', subject: '/targets/*/id' },
    { path: '/source/host' },
    { path: '/message' },
    { path: '/metadata/iban', search: false },
    { path: '/metadata/customer' },
    { path: '/metadata/guests/*/email' },
    { path: '/metadata/guests/0/email', form: 'text' },
    { path: '/request' },
  ],
};
const plan = sealingPlan(POLICY);
const sealing = { plan, blindKey: SAMPLE_BLIND_KEY };

function parsed(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
}
const resolve = (text: string, purpose?: FilterPurpose) => resolveSealed(parsed(text), sealing, purpose);
const blind = (field: string, text: string) => blindIndex(SAMPLE_BLIND_KEY, field, text);
const sealed = (...blinds: string[]) => printFilter({ op: 'sealed', blind: blinds });

describe('equality on a sealed field also looks for the blind index', () => {
  it.each([
    ['actor.email:Jane@Company.com', sealed(blind('/actor/email', 'jane@company.com'))],
    ['actor.name:(Jane,Max)', sealed(blind('/actor/name', 'Jane'), blind('/actor/name', 'Max'))],
    ['actor.on_behalf_of.email:a@b.c', sealed(blind('/actor/on_behalf_of/email', 'a@b.c'))],
    ['target.name:ACME', sealed(blind('/targets/*/name', 'ACME'))],
    ['host:web-1', sealed(blind('/source/host', 'web-1'))],
    ['message.text:secret', sealed(blind('/message', 'secret'))],
    // An address is one, however it is written.
    ['ip:203.0.113.7', sealed(blind('/source/ip', '203.0.113.7'))],
    ['source.ip:::ffff:203.0.113.7', sealed(blind('/source/ip', '203.0.113.7'))],
    ['ip:2001:DB8:0::1/128', sealed(blind('/source/ip', '2001:db8::1'))],
    ['ip:(192.0.2.1,192.0.2.2/32)', sealed(blind('/source/ip', '192.0.2.1'), blind('/source/ip', '192.0.2.2'))],
    // Every planned field that may lie there.
    [
      'metadata.guests.email:A@b.c',
      sealed(blind('/metadata/guests/*/email', 'a@b.c'), blind('/metadata/guests/0/email', 'A@b.c')),
    ],
    ['metadata.customer:17', sealed(blind('/metadata/customer', '17'))],
    ['actor.name:"Jose\u0301"', sealed(blind('/actor/name', 'José'))],
  ])('%s', (text, blinds) => {
    const { filter } = resolve(text);
    expect(printFilter(filter!)).toBe(`${printFilter(parsed(text))} OR ${blinds}`);
  });

  it('wherever it stands in the filter', () => {
    const { filter } = resolve('action:a.b (actor.email:a@b.c OR outcome:denied) -actor.name:Jane');
    const email = sealed(blind('/actor/email', 'a@b.c'));
    expect(printFilter(filter!)).toBe(
      `action:a.b (actor.email:"a@b.c" OR ${email} OR outcome:denied) -(actor.name:Jane OR ${sealed(blind('/actor/name', 'Jane'))})`,
    );
  });
});

it.each([
  'action:order.* actor:jane -outcome:success metadata.amount:>900 time:>2025-10-01',
  'actor.email:* -target.name:* metadata.iban:* message:* ip:*',
  'any:jane',
  'metadata:* metadata.customers.name:jan*',
  '*',
  '-*',
])('what asks for nothing that is sealed stays as it is: %s', (text) => {
  expect(resolve(text)).toEqual({ filter: parsed(text) });
});

describe('all else is refused, with the field and what can be asked', () => {
  it.each([
    ['actor.email:*@company.com', 'actor.email', 'like', 'whole values'],
    ['actor.name:jan*', 'actor.name', 'like', 'actor.name:*'],
    ['target.name:A*', 'targets.name', 'like', 'whole values'],
    ['ip:203.0.113.0/24', 'source.ip', 'network', 'whole values'],
    ['ip:(203.0.113.7,203.0.113.0/31)', 'source.ip', 'network', 'whole values'],
    ['ip:203.*', 'source.ip', 'like', 'whole values'],
    ['secret', 'message', 'words', 'whole values'],
    ['message:"secret words"', 'message', 'words', 'whole values'],
    ['message.text:*secret*', 'message.text', 'like', 'whole values'],
    ['metadata.customer:>900', 'metadata.customer', 'range', 'whole values'],
    ['metadata.customer:2025-10..2025-11', 'metadata.customer', 'range', 'whole values'],
    ['metadata.iban:DE1', 'metadata.iban', 'is', '"search": false'],
    ['metadata.iban:DE*', 'metadata.iban', 'like', 'whole values'],
    ['metadata.customer.name:Jane', 'metadata.customer.name', 'is', '/metadata/customer'],
    ['metadata.customer.name:*', 'metadata.customer.name', 'exists', '/metadata/customer'],
    ['metadata.customer."$sealed":*', 'metadata.customer.$sealed', 'exists', '/metadata/customer'],
    ['request.body.x:1', 'request.body.x', 'is', '/request'],
    ['-(action:a.b OR -(outcome:denied actor.email:a*))', 'actor.email', 'like', 'whole values'],
  ])('%s', (text, field, operator, hint) => {
    for (const purpose of ['search', 'grant'] as const) {
      const { problem } = resolve(text, purpose);
      expect(problem).toMatchObject({ code: 'sealed-field', field, operator });
      expect(problem!.message).toContain(hint);
      // Nothing that was searched for stands in it.
      expect(problem!.message).not.toMatch(/company\.com|203|jan|secret/i);
    }
  });
});

describe('a grant', () => {
  it.each([
    'actor.email:jane@company.com',
    '-actor.email:jane@company.com',
    '-host:web-1',
    'actor.name:Jane',
    'target.name:ACME -outcome:success',
    '-(actor:jane -actor.name:Jane)',
    'any:jane',
    '-actor.email:*',
  ])('can say %s', (text) => {
    expect(resolve(text, 'grant')).toEqual(resolve(text));
    expect(resolve(text, 'grant').problem).toBeUndefined();
  });

  it.each([
    ['-actor.name:Jane', 'actor.name'],
    ['-ip:203.0.113.7', 'source.ip'],
    ['-message.text:secret', 'message.text'],
    ['-metadata.guests.email:a@b.c', 'metadata.guests.email'],
    ['action:a.b -(outcome:denied OR actor.name:Jane)', 'actor.name'],
    ['-any:jane', 'any'],
  ])('cannot leave events out by what may be written in another way: %s', (text, field) => {
    expect(resolve(text, 'grant').problem).toMatchObject({ code: 'sealed-field', field });
    expect(resolve(text).problem).toBeUndefined();
  });

  it('does not give what detection, or an earlier policy, sealed in a field that it leaves events out by', () => {
    const fewer = { plan: sealingPlan({ fields: [{ path: '/actor/email' }] }), blindKey: SAMPLE_BLIND_KEY };
    const resolved = (text: string, of = fewer) => printFilter(resolveSealed(parsed(text), of, 'grant').filter!);
    expect(resolved('-metadata.a.b:x')).toBe('-(metadata.a.b:x OR $concealed:metadata.a.b)');
    expect(resolved('-message:secret -host:*')).toBe(
      '-("secret" OR $concealed:message) -(source.host:* OR $concealed:source.host)',
    );
    expect(resolved('-any:x', { ...fewer, plan: [] })).toBe('-(any:"x" OR $concealed:any)');
    // Not where nothing can have been sealed, or where it is found.
    expect(resolved('metadata.a:x -actor:jane')).toBe('metadata.a:x -actor.id:jane');
    expect(resolved('-actor.email:a')).not.toContain('$concealed');
    const without = resolveSealed(parsed('-metadata.a:x'), { ...fewer, blindKey: undefined }, 'grant');
    expect(without).toEqual({ filter: parsed('-metadata.a:x') });
  });
});

it('a tenant without keys has nothing sealed to look for, and the same is refused', () => {
  const without = { plan, blindKey: undefined };
  expect(resolveSealed(parsed('actor.email:a@b.c'), without)).toEqual({ filter: parsed('actor.email:a@b.c') });
  expect(resolveSealed(parsed('actor.email:a*'), without).problem?.field).toBe('actor.email');
});

it('a filter asks for so many blind indexes at most', () => {
  const items = Array.from({ length: 63 }, (_, i) => ({ path: `/metadata/a/${i}` }));
  const wide = { plan: sealingPlan({ fields: [{ path: '/metadata/a' }, ...items] }), blindKey: SAMPLE_BLIND_KEY };
  const values = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join(',');
  const atBound = SEALED_SEARCH_MAX_BLINDS / 64;
  expect(resolveSealed(parsed(`metadata.a:(${values(atBound)})`), wide).problem).toBeUndefined();
  const over = resolveSealed(parsed(`metadata.a:(${values(atBound)}) metadata.a:x`), wide);
  expect(over.problem).toMatchObject({ code: 'sealed-field', field: 'metadata.a' });
});

describe('whatever the policy and the filter', () => {
  it('a grant never gives an event that it does not give unsealed', () => {
    const events = fc
      .array(searchedEvent, { minLength: 1, maxLength: 4 })
      .map((inputs) => inputs.map((input, index) => ({ ...input, id: `e${index}` }) as SampleEvent));
    const given = { answered: 0, refused: 0 };
    fc.assert(
      fc.property(anyPlan, fc.nat(6), events, aim, (before, forgotten, originals, aimed) => {
        // What was sealed by a policy of more fields, and by detection, is read under one of fewer.
        const ofTenant = before.slice(forgotten);
        const grant = aimedAt(originals, before, aimed);
        if (grant === undefined) return;
        const { filter } = resolveSealed(grant, { plan: ofTenant, blindKey: SAMPLE_BLIND_KEY }, 'grant');
        given[filter === undefined ? 'refused' : 'answered'] += 1;
        if (filter === undefined) return;
        const gives = compileFilter(filter);
        const gaveUnsealed = compileFilter(inNormalForm(grant, ofTenant));
        for (const original of originals) {
          const { event, sealed: beside } = sealSample(original, before, detected(original));
          if (gives(event, beside)) expect(gaveUnsealed(normalized(original, ofTenant)), printFilter(grant)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
    // Enough of both, or the test would say nothing.
    expect(given.answered).toBeGreaterThan(200);
    expect(given.refused).toBeGreaterThan(200);
  });

  it('a search for a value of a sealed field finds its event, and its negation does not', () => {
    const field = fc.constantFrom(...filterFields.filter(({ type }) => type === 'text' || type === 'keyword'));
    fc.assert(
      fc.property(anyPlan, searchedEvent, field, (ofTenant, input, { path, name }) => {
        const event = { ...input, id: 'e1' } as EventInput & { id: string };
        const { at } = plannedReach(path, ofTenant);
        const fields = fieldsToSeal(event, ofTenant).filter(({ path: keys }) => isReached(keys, path));
        for (const { value } of fields) {
          if (typeof value !== 'string' || value === '' || !at.every(({ search }) => search)) continue;
          const is: Filter = { op: 'is', field: name, values: [value] };
          const { event: entry, sealed: beside } = sealSample(event, ofTenant);
          const found = (filter: Filter) =>
            compileFilter(resolveSealed(filter, { plan: ofTenant, blindKey: SAMPLE_BLIND_KEY }).filter!)(entry, beside);
          expect(found(is)).toBe(true);
          expect(found({ op: 'not', filter: is })).toBe(false);
          expect(found(allOf(is, { op: 'exists', field: 'action' }))).toBe(true);
          expect(found({ ...is, values: [`${value} and more`] })).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Where detection may find something. */
function detected({ message, metadata }: EventInput): string[] {
  const inMetadata = Object.keys(metadata ?? {}).filter((key) => key === 'b');
  return [...(message === undefined ? [] : ['/message']), ...inMetadata.map((key) => `/metadata/${key}`)];
}

type SampleEvent = EventInput & { id: string };

/** How a filter asks for one of the sealed values that events have. */
const aim = fc.record({
  pick: fc.nat(),
  how: fc.constantFrom('is', 'is in another case', 'like', 'words', 'range', 'within', 'network'),
  isNegated: fc.boolean(),
  other: fc.option(anyFilter.map(withoutOthers)),
});
type Aim = typeof aim extends fc.Arbitrary<infer T> ? T : never;

function aimedAt(events: readonly SampleEvent[], ofTenant: SealingPlan, { pick, how, ...more }: Aim) {
  const fields = events.flatMap((event) => fieldsToSeal(event, ofTenant));
  const field = fields[pick % fields.length];
  const condition = field && conditionFor(withoutItems(field.path), field.value, how);
  if (condition === undefined) return undefined;
  const asked = more.isNegated ? negate(condition) : condition;
  return more.other === null ? asked : pick % 2 ? allOf(asked, more.other) : anyOf(asked, more.other);
}

function conditionFor(keys: readonly string[], value: unknown, how: Aim['how']): Filter | undefined {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? 'a' : String(value);
  const field = keys.join('.');
  const name = field === 'message' && how !== 'words' ? 'message.text' : field;
  const made = checkFilter(
    {
      is: { op: 'is', field: name, values: [text] },
      'is in another case': {
        op: 'is',
        field: name,
        values: [text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase()],
      },
      like: { op: 'like', field: name, parts: [text.slice(0, 1), ''] },
      words: { op: 'words', field: name, words: [/\w+/.exec(text)?.[0] ?? 'a'] },
      range: { op: 'range', field: name, gte: Number.isFinite(Number(text)) ? Number(text) : 0 },
      within: { op: 'is', field: `${name}.a`, values: [insideOf(value)] },
      network: { op: 'network', field: name, networks: [`${text}/8`] },
    }[how],
  );
  return made.filter;
}

/** What a path through `a` finds in a value that is sealed as a whole. */
function insideOf(value: unknown): string {
  const inner = (value as { a?: unknown } | null)?.a;
  return typeof inner === 'string' && inner !== '' ? inner : 'x';
}

const withoutItems = (keys: readonly string[]) => keys.filter((key) => !/^\d+$/.test(key));
const isReached = (keys: readonly string[], path: readonly string[]) => withoutItems(keys).join('/') === path.join('/');
/** Without what asks for words anywhere, or whether a field has a value: they ask for something else of what is sealed. */
function withoutOthers(filter: Filter): Filter {
  switch (filter.op) {
    case 'and':
      return { ...filter, filters: filter.filters.map(withoutOthers) };
    case 'or':
      return { ...filter, filters: filter.filters.map(withoutOthers) };
    case 'not':
      return { ...filter, filter: withoutOthers(filter.filter) };
    case 'exists':
      return { op: 'exists', field: 'action' };
    default:
      return 'field' in filter && filter.field === 'any' ? { op: 'exists', field: 'action' } : filter;
  }
}

/** The filter with the values of sealed fields in their normal form: what a search compares. */
function inNormalForm(filter: Filter, ofTenant: SealingPlan): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map((inner) => inNormalForm(inner, ofTenant)) };
    case 'not':
      return { ...filter, filter: inNormalForm(filter.filter, ofTenant) };
    case 'is': {
      const { at } = plannedReach(knownField(filter.field).path, ofTenant);
      const values = filter.values.flatMap((text) => [text, ...at.map(({ form }) => normalForm(text, form))]);
      return { ...filter, values: at.length === 0 ? filter.values : values };
    }
    default:
      return filter;
  }
}

/** The event with those values in their normal form. */
function normalized(event: EventInput, ofTenant: SealingPlan): EventInput {
  const replacements = fieldsToSeal(event, ofTenant).flatMap(({ path, value, search }) =>
    typeof value === 'string' && search !== undefined ? [{ path, value: search.text }] : [],
  );
  return replacements.length === 0 ? event : replaceValues(event, replacements);
}

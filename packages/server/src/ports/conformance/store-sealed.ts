import { eraseItems, formatSealedItems, isErased, type SealedItems } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf, type EventRow } from '../batch-columns.js';
import type { Person, PersonPage, StoredEntry } from '../store.js';
import { eventRow, type SampleEvent } from './event-rows.js';
import { anyItems, anyKeys, sampleTag, sealedText } from './sealed-samples.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const TIME = '2025-10-06T12:54:12Z';
const [JANE, JOHN, NOBODY] = [sampleTag(1), sampleTag(2), sampleTag(9)];

/** What lies beside the entries for their sealed fields. */
export function describeStoreSealed(context: StoreContext): void {
  const rowsOf = (tenant: string, samples: readonly Partial<SampleEvent>[], firstIndex = 0): EventRow[] =>
    samples.map((sample, place) => {
      const index = firstIndex + place;
      return eventRow({ tenant, index, position: 1024 + index, id: `s${index}`, time: TIME, ...sample });
    });
  const insert = (tenant: string, samples: readonly Partial<SampleEvent>[], firstIndex?: number) =>
    context.store.insert(batchOf(context.newToken(), rowsOf(tenant, samples, firstIndex), []));
  const sealedOf = async (tenant: string) =>
    (await context.store.entries(tenant, 0, 10_000)).map(({ sealed }) => sealed);
  const indexesOf = async (tenant: string, person: Partial<Person>, page: Partial<PersonPage> = {}) => {
    const options = { before: EVERYTHING, limit: 1000, ...page };
    return indexes(await context.store.entriesOf(tenant, { subjects: [], tags: [], ...person }, options));
  };
  const stub = (erasure: string, pointers: readonly string[] = ['/actor/name']) =>
    formatSealedItems([{ f: pointers, e: erasure }]);

  describe('sealed items', () => {
    test('come with every read of their entry, also after the store was opened again', async () => {
      const tenant = context.newTenant();
      const sealed = sealedText(JANE, 1, ['/metadata/é"\\😀']);
      await insert(tenant, [{ sealed, actor: 'jane' }, {}]);
      for (const reopens of [false, true]) {
        if (reopens) await context.reopen();
        const { store } = context;
        expect(await sealedOf(tenant)).toEqual([sealed, undefined]);
        expect((await store.page({ tenant, before: EVERYTHING, limit: 9 })).map(({ sealed: of }) => of)).toEqual([
          undefined,
          sealed,
        ]);
        expect((await store.findById(tenant, 's0', EVERYTHING))?.sealed).toBe(sealed);
        expect((await store.findByKeys(tenant, [{ id: 's0' }], EVERYTHING))[0]?.sealed).toBe(sealed);
        const [found] = await store.entriesOf(tenant, { subjects: ['jane'], tags: [] }, { before: 1025, limit: 1 });
        expect(found).toMatchObject({ index: 0, position: 1024, sealed });
      }
    });

    test('of some thousand entries each stay with their own', async () => {
      const tenant = context.newTenant();
      const samples = Array.from({ length: 3000 }, (_, i) =>
        i % 3 === 0 ? {} : { sealed: sealedText(sampleTag(i), i, [`/${'x'.repeat(i % 50)}`]) },
      );
      await insert(tenant, samples);
      expect(await sealedOf(tenant)).toEqual(samples.map(({ sealed }) => sealed));
      expect(await indexesOf(tenant, { tags: [sampleTag(1000)] })).toEqual([1000]);
    });
  });

  describe('a person’s entries', () => {
    const samples: Partial<SampleEvent>[] = [
      { actor: 'jane' },
      { actor: 'john', sealed: sealedText(JOHN) },
      { actor: 'john', onBehalfOf: 'jane' },
      { actor: 'robot', sealed: sealedText(JANE, 3) },
      { actor: 'john', sealed: `${sealedText(JOHN).slice(0, -1)},${sealedText(JANE, 2, ['/targets/0/id']).slice(1)}` },
      { actor: 'jane', sealed: sealedText(JANE), onBehalfOf: 'jane' },
      { action: 'a.jane', actor: 'j' },
    ];

    test('are those of the actor, of whom it acted for, and of its tags, in the order of the log', async () => {
      const [tenant, other] = [context.newTenant(), context.newTenant()];
      await insert(tenant, samples.slice(3), 3);
      await insert(tenant, samples.slice(0, 3));
      await insert(other, samples);
      expect(await indexesOf(tenant, { subjects: ['jane'] })).toEqual([0, 2, 5]);
      expect(await indexesOf(tenant, { tags: [JANE] })).toEqual([3, 4, 5]);
      expect(await indexesOf(tenant, { subjects: ['jane'], tags: [JANE] })).toEqual([0, 2, 3, 4, 5]);
      expect(await indexesOf(tenant, { subjects: ['robot', 'j'], tags: [JOHN, NOBODY] })).toEqual([1, 3, 4, 6]);
      expect(await indexesOf(tenant, {})).toEqual([]);
      expect(await indexesOf(tenant, { subjects: ['', "' OR 1 = 1 --"], tags: [''] })).toEqual([]);
    });

    test('come page by page, below a position', async () => {
      const tenant = context.newTenant();
      await insert(tenant, [...samples, ...samples]);
      const jane = { subjects: ['jane'], tags: [JANE] };
      expect(await indexesOf(tenant, jane, { limit: 3 })).toEqual([0, 2, 3]);
      expect(await indexesOf(tenant, jane, { afterIndex: 3, limit: 4 })).toEqual([4, 5, 7, 9]);
      expect(await indexesOf(tenant, jane, { afterIndex: 0, before: 1024 + 5 })).toEqual([2, 3, 4]);
      expect(await indexesOf(tenant, jane, { afterIndex: 12 })).toEqual([]);
    });
  });

  describe('an erasure', () => {
    test('puts stubs into the place of a person’s items up to a generation, and leaves all else as it was', async () => {
      const [tenant, other] = [context.newTenant(), context.newTenant()];
      const both = `${sealedText(JANE, 2, ['/a', '/b']).slice(0, -1)},${sealedText(JOHN).slice(1)}`;
      const samples = [{ sealed: sealedText(JANE) }, { sealed: both }, { sealed: sealedText(JANE, 3) }, {}];
      await insert(tenant, samples);
      await insert(other, samples);
      await context.store.eraseSealed(tenant, [{ subject: JANE, through: 2 }], 'id-1');
      const expected = [stub('id-1'), both.replace(/"s":"t1.*?"}/, '"e":"id-1"}'), sealedText(JANE, 3), undefined];
      expect(await sealedOf(tenant)).toEqual(expected);
      await context.reopen();
      expect(await sealedOf(tenant)).toEqual(expected);
      expect(await sealedOf(other)).toEqual(samples.map(({ sealed }) => sealed));
      expect(await indexesOf(tenant, { tags: [JANE] })).toEqual([2]);
      expect(await indexesOf(tenant, { tags: [JOHN] })).toEqual([1]);
      expect(await context.store.countErased(tenant, 'id-1')).toEqual({ entries: 2, fields: 3 });
      expect(await context.store.countErased(other, 'id-1')).toEqual({ entries: 0, fields: 0 });
    });

    test('made again changes nothing, and a later one takes nothing from it', async () => {
      const tenant = context.newTenant();
      await insert(tenant, [{ sealed: sealedText(JANE, 1) }, { sealed: sealedText(JANE, 2) }]);
      const { store } = context;
      for (let i = 0; i < 2; i++) await store.eraseSealed(tenant, [{ subject: JANE, through: 1 }], 'id-1');
      await store.eraseSealed(tenant, [{ subject: JANE, through: 2 }], 'id-2');
      await store.eraseSealed(tenant, [{ subject: JANE, through: 1 }], 'id-1');
      expect(await sealedOf(tenant)).toEqual([stub('id-1'), stub('id-2')]);
      expect(await store.countErased(tenant, 'id-1')).toEqual({ entries: 1, fields: 1 });
    });

    test('of nothing, of nobody and of an unknown tenant is done', async () => {
      const tenant = context.newTenant();
      await insert(tenant, [{ sealed: sealedText(JANE) }]);
      const { store } = context;
      await store.eraseSealed(tenant, [], 'id-1');
      await store.eraseSealed(tenant, [{ subject: NOBODY, through: 1 }], 'id-1');
      await store.eraseSealed(context.newTenant(), [{ subject: JANE, through: 1 }], 'id-1');
      expect(await sealedOf(tenant)).toEqual([sealedText(JANE)]);
    });

    test('takes a thousand keys, and no more', async () => {
      const tenant = context.newTenant();
      await insert(tenant, [{ sealed: sealedText(sampleTag(999)) }, { sealed: sealedText(sampleTag(1000)) }]);
      const keys = Array.from({ length: 1000 }, (_, number) => ({ subject: sampleTag(number), through: 1 }));
      const { store } = context;
      await expect(store.eraseSealed(tenant, [...keys, ...keys.slice(0, 1)], 'id-1')).rejects.toMatchObject({
        kind: 'refused',
      });
      await store.eraseSealed(tenant, keys, 'id-1');
      expect(await sealedOf(tenant)).toEqual([stub('id-1'), sealedText(sampleTag(1000))]);
    });

    test('is not undone by its batch when that is inserted again', async () => {
      const tenant = context.newTenant();
      const batch = batchOf(context.newToken(), rowsOf(tenant, [{ sealed: sealedText(JANE) }]), []);
      await context.store.insert(batch);
      await context.store.eraseSealed(tenant, [{ subject: JANE, through: 1 }], 'id-1');
      await context.store.insert(batch);
      await context.reopen();
      await context.store.insert(batch);
      expect(await sealedOf(tenant)).toEqual([stub('id-1')]);
    });

    test('takes all that was there before it while more comes in; once more takes the rest', async () => {
      const tenant = context.newTenant();
      const sample = { sealed: sealedText(JANE) };
      for (let index = 0; index < 5; index++) await insert(tenant, [sample], index);
      const { store } = context;
      const erase = () => store.eraseSealed(tenant, [{ subject: JANE, through: 1 }], 'id-1');
      const inserts = Array.from({ length: 20 }, (_, i) => insert(tenant, [sample], 5 + i));
      await Promise.all([erase(), erase(), ...inserts]);
      const meanwhile = await sealedOf(tenant);
      expect(meanwhile).toHaveLength(25);
      expect(meanwhile.slice(0, 5)).toEqual(Array(5).fill(stub('id-1')));
      await erase();
      expect(await sealedOf(tenant)).toEqual(Array(25).fill(stub('id-1')));
      expect(await store.countErased(tenant, 'id-1')).toEqual({ entries: 25, fields: 25 });
    });

    test('does what eraseItems does, whatever the items', async () => {
      const stored = fc.array(fc.option(anyItems, { nil: undefined }), { minLength: 20, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(stored, fc.array(anyKeys, { minLength: 1, maxLength: 2 }), async (all, erasures) => {
          const tenant = context.newTenant();
          await insert(
            tenant,
            all.map((items) => (items === undefined ? {} : { sealed: formatSealedItems(items) })),
          );
          let expected = all;
          for (const [place, keys] of erasures.entries()) {
            const erasure = `id-${place + 1}`;
            await context.store.eraseSealed(tenant, keys, erasure);
            expected = expected.map((items) => items && (eraseItems(items, keys, erasure) ?? items));
            expect(await context.store.countErased(tenant, erasure)).toEqual(countOf(expected, erasure));
          }
          expect(await sealedOf(tenant)).toEqual(expected.map((items) => items && formatSealedItems(items)));
          for (const tag of [0, 1, 2, 3, 4].map(sampleTag)) {
            expect(await indexesOf(tenant, { tags: [tag] })).toEqual(indexesWith(expected, tag));
          }
        }),
        { numRuns: 4 },
      );
    });
  });
}

function indexes(entries: readonly StoredEntry[]): number[] {
  return entries.map(({ index }) => index);
}

function countOf(all: readonly (SealedItems | undefined)[], erasure: string): { entries: number; fields: number } {
  const stubs = all.map((items) => (items ?? []).filter((item) => isErased(item) && item.e === erasure));
  return {
    entries: stubs.filter(({ length }) => length > 0).length,
    fields: stubs.flat().reduce((sum, { f }) => sum + f.length, 0),
  };
}

function indexesWith(all: readonly (SealedItems | undefined)[], tag: string): number[] {
  return all.flatMap((items, index) =>
    (items ?? []).some((item) => !isErased(item) && item.s === tag) ? [index] : [],
  );
}

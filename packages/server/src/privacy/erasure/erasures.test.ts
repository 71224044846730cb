import { type Filter, isErased, parseErasureCertificate, parseSealedItems } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, eventOf, MemoryPrivacy, PrivacyWorld, TENANT } from '../../../testing/memory-privacy.js';
import { type Fault, Faults } from '../../adapters/memory/faults.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { blindIndex } from '../sealing/blind-index.js';
import { type ErasureDocument, erasureKey, MARK_PREFIX } from './erasure-document.js';
import type { HoldDocument } from './hold-document.js';

let world: PrivacyWorld;
let privacy: MemoryPrivacy;

beforeEach(() => {
  world = new PrivacyWorld();
  privacy = new MemoryPrivacy(world);
});

const erase = (...identifiers: string[]) => privacy.erasures.request(TENANT, { identifiers }, ADMINISTRATOR);
const itemsOf = (index: number) => parseSealedItems(world.rows[index]!.sealed!)!;
const keyOf = async (subject: string, from = privacy) =>
  (await from.keys.subjectKeys.keysFor(TENANT, [subject])).subjects.get(subject)!;
const marks = () => [...world.world.registry.documents.keys()].filter((key) => key.startsWith(MARK_PREFIX));
const hold = (more: Partial<HoldDocument> = {}): HoldDocument => ({
  id: 'h1',
  reason: 'a lawsuit',
  set_at: '2025-10-06T12:00:00Z',
  set_by: 'user:dpo',
  ...more,
});

describe('an erasure', () => {
  test('destroys the keys, leaves stubs beside the entries, and its certificate stands in the log', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record(eventOf('u2'));
    await privacy.record(eventOf('u1', { actor: { id: 'u1', name: 'N', on_behalf_of: { id: 'u2', name: 'M' } } }));
    const key = await keyOf('u1');
    const erasure = await erase('u1');
    expect(erasure).toMatchObject({ state: 'done', entries: 2, fields: 5, keys: [{ subject: key.tag, through: 1 }] });
    expect(await privacy.keys.subjectKeys.find(TENANT, [key])).toEqual([{ state: 'destroyed', erasure: erasure.id }]);
    expect(itemsOf(0)).toEqual([{ f: ['/actor/name', '/actor/email', '/source/ip'], e: erasure.id }]);
    expect(itemsOf(1).some(isErased)).toBe(false);
    expect(itemsOf(2).map(isErased)).toEqual([true, false]);
    const [event] = [...world.recorded.values()];
    expect(event).toMatchObject({ action: 'subject.erase', id: `attestlog:erasure:${erasure.id}`, category: 'audit' });
    const { certificate } = event!.metadata as { certificate: string };
    const [body] = certificate.split('\n\n') as [string];
    expect(parseErasureCertificate(`${body}\n`)).toMatchObject({
      log: 'log.example/acme',
      erasure: erasure.id,
      entries: 2,
      fields: 5,
      keys: [{ subject: key.tag, through: 1 }],
    });
    expect(marks()).toEqual([]);
  });

  test('is recorded with who asked for it, before anything is destroyed, and never with whom it is about', async () => {
    await privacy.record(eventOf('jane'));
    const erasure = await privacy.erasures.request(
      TENANT,
      { identifiers: ['jane'], reason: 'ticket 7' },
      ADMINISTRATOR,
    );
    expect(world.acts).toMatchObject([
      { action: 'erasure.request', outcome: 'success', principal: { id: 'user:dpo' }, reason: 'ticket 7' },
    ]);
    const kept = JSON.stringify([world.acts, [...world.recorded.values()], erasure]);
    expect(kept).not.toContain('jane');
    for (const [key, { json }] of world.world.registry.documents) expect(key + json).not.toContain('jane');
  });

  test('takes a person under every name that it is given, whatever the case of an address', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record({ action: 'a.b', actor: { email: 'Jane@Company.com' } });
    await privacy.record({ action: 'a.b', source: { ip: '::ffff:192.0.2.7' } });
    const { entries } = await erase('u1', 'JANE@company.com', '192.0.2.7');
    expect(entries).toBe(3);
  });

  test('leaves nothing that a search by the value finds, and what comes later is found again', async () => {
    await privacy.record(eventOf('u1'));
    const { blindKey } = await privacy.keys.subjectKeys.keysFor(TENANT, []);
    const blind = blindIndex(blindKey, '/actor/email', 'u1@example.com');
    const found = async () => {
      const filter: Filter = { op: 'sealed', blind: [blind] };
      const page = await privacy.store.page({ tenant: TENANT, before: 1_000_000, limit: 9, filter });
      return page.map(({ index }) => index);
    };
    expect(await found()).toEqual([0]);
    await erase('u1');
    expect(await found()).toEqual([]);
    await privacy.record(eventOf('u1'));
    expect(await found()).toEqual([1]);
  });

  test('of nobody that is known is done all the same, with nothing in it', async () => {
    expect(await erase('stranger')).toMatchObject({ state: 'done', keys: [], entries: 0, fields: 0 });
  });

  test('made twice takes nothing from what came between', async () => {
    await privacy.record(eventOf('u1'));
    await erase('u1');
    await privacy.record(eventOf('u1'));
    const key = await keyOf('u1');
    expect(key.generation).toBe(2);
    const second = await erase('u1');
    expect(second).toMatchObject({ entries: 1, keys: [{ through: 2 }] });
    expect(itemsOf(0)).toMatchObject([{ e: 'id-1' }]);
    expect(itemsOf(1)).toMatchObject([{ e: 'id-2' }]);
  });

  test('of another tenant’s person with the same name leaves this one alone', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record(eventOf('u1'), 'other');
    await privacy.erasures.request('other', { identifiers: ['u1'] }, ADMINISTRATOR);
    expect(itemsOf(0).some(isErased)).toBe(false);
    await expect(privacy.erasures.get(TENANT, 'id-1')).rejects.toMatchObject({ code: 'erasure-unknown' });
  });

  test('is listed and found by its id, and by no other', async () => {
    for (const person of ['u1', 'u2', 'u3']) await erase(person);
    const page = await privacy.erasures.list(TENANT, { limit: 2 });
    expect(page.map(({ id }) => id)).toEqual(['id-1', 'id-2']);
    expect((await privacy.erasures.list(TENANT, { after: 'id-2', limit: 2 })).map(({ id }) => id)).toEqual(['id-3']);
    expect((await privacy.erasures.get(TENANT, 'id-2')).id).toBe('id-2');
    for (const id of ['id-9', '', 'id-1.x', '../id-1', 'x'.repeat(300)]) {
      await expect(privacy.erasures.get(TENANT, id)).rejects.toMatchObject({ code: 'erasure-unknown' });
    }
  });
});

describe('a legal hold', () => {
  test.each<[string, Partial<HoldDocument>]>([
    ['on the tenant', {}],
    ['on the person', { subject: 'u1' }],
  ])('%s is a conflict that names it, is recorded, and nothing is destroyed', async (_, more) => {
    await privacy.record(eventOf('u1'));
    const tags = more.subject === undefined ? {} : { tags: await privacy.keys.subjectKeys.tagsOf(TENANT, ['u1']) };
    await privacy.holds.set(TENANT, hold({ ...more, ...tags }));
    await expect(erase('u1')).rejects.toMatchObject({
      code: 'hold-in-force',
      members: { hold: { id: 'h1', reason: 'a lawsuit' } },
    });
    expect(world.acts).toMatchObject([{ outcome: 'denied', targets: [{ type: 'hold', id: 'h1' }] }]);
    expect((await keyOf('u1')).generation).toBe(1);
    await privacy.holds.lift(TENANT, 'h1');
    expect(await erase('u1')).toMatchObject({ state: 'done' });
  });

  test('on somebody else forbids nothing, nor does one of another tenant', async () => {
    const tags = await privacy.keys.subjectKeys.tagsOf(TENANT, ['u2']);
    await privacy.holds.set(TENANT, hold({ subject: 'u2', tags }));
    await privacy.holds.set('other', hold());
    expect(await erase('u1')).toMatchObject({ state: 'done' });
  });

  test('that is set while an erasure is being decided about wins, or is told that it is too late: never neither', async () => {
    const seen = new Set<string>();
    // The hold is set, whole, at each moment of an erasure.
    for (let moment = 1; ; moment++) {
      world = new PrivacyWorld();
      privacy = new MemoryPrivacy(world);
      await privacy.record(eventOf('u1'));
      let moments = 0;
      let set: { tooLate: string[]; state: string } | undefined;
      const yieldPoint = async () => {
        moments += 1;
        if (moments === moment) set = await setHold();
      };
      const registry = openMemoryRegistry(world.world.registry, { yieldPoint });
      const outcome = await new MemoryPrivacy(world, { registry }).erasures
        .request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR)
        .then(({ state }) => state)
        .catch((error: { code: string }) => error.code);
      if (set === undefined) break;
      const { tooLate, state } = set;
      const isTooLate = tooLate.length > 0 || state === 'done';
      expect(outcome, `moment ${moment}: ${state}`).toBe(isTooLate ? 'done' : 'hold-in-force');
      expect((await keyOf('u1')).generation).toBe(isTooLate ? 2 : 1);
      seen.add(`${state} ${tooLate.length}`);
    }
    expect([...seen].sort()).toEqual([
      'certifying 1',
      'destroying 1',
      'done 0',
      'done 1',
      'held 0',
      'none 0',
      'removing 1',
    ]);
  });

  /** Sets a hold on the tenant; with what it was told, and how far the erasure is. */
  async function setHold(): Promise<{ tooLate: string[]; state: string }> {
    const { tooLate } = await privacy.holds.set(TENANT, hold());
    const found = await privacy.erasures.get(TENANT, 'id-1').catch(() => undefined);
    return { tooLate, state: found?.state ?? 'none' };
  }
});

describe('an interrupted erasure', () => {
  /** A process whose operation of this number, counted from the request, goes wrong; and all after it. */
  async function interrupt(place: number, fault: Fault): Promise<{ isHit: boolean; outcome: unknown }> {
    let operations = 0;
    const faults = new Faults(() => {
      operations += 1;
      if (operations < place) return undefined;
      return operations === place ? fault : 'fail';
    });
    const crashing = new MemoryPrivacy(world, { faults });
    const outcome = await crashing.erasures
      .request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR)
      .catch((error) => error);
    return { isHit: operations >= place, outcome };
  }

  test.each<Fault>(['fail', 'fail-after'])(
    'at any operation (%s) comes to its end, once, and takes nothing else with it',
    async (fault) => {
      let places = 0;
      for (let place = 1; ; place++) {
        world = new PrivacyWorld();
        privacy = new MemoryPrivacy(world);
        await privacy.record(eventOf('u1'));
        await privacy.record(eventOf('u2'));
        const first = await keyOf('u1');
        const { isHit, outcome } = await interrupt(place, fault);
        if (!isHit) break;
        places += 1;
        // What is sealed between the crash and the end belongs to the person still.
        const next = new MemoryPrivacy(world, { seed: 2 });
        await next.record(eventOf('u1'));
        world.clock.advance(7_200_000);
        await next.erasures.resume();
        await next.erasures.resume();
        expect(next.troubles, `place ${place}`).toEqual([]);
        expect(marks(), `place ${place}`).toEqual([]);
        const documents = await next.erasures.list(TENANT, { limit: 10 });
        if (documents.length === 0) {
          expect(outcome).toMatchObject({ code: expect.stringMatching(/unavailable$/) });
          expect((await keyOf('u1', next)).generation).toBe(1);
          continue;
        }
        const [erasure] = documents as [ErasureDocument];
        expect(erasure.state, `place ${place}`).toBe('done');
        expect([...world.recorded.keys()]).toEqual([`attestlog:erasure:${erasure.id}`]);
        expect(erasure.keys).toEqual([{ subject: first.tag, through: 1 }]);
        const sealed = world.rows.map(({ index }) => itemsOf(index).every(isErased));
        // The third event was sealed before the keys were destroyed, or under the next key.
        const isLate = itemsOf(2).some((item) => !isErased(item) && item.k === 2);
        expect(sealed, `place ${place}`).toEqual([true, false, !isLate]);
        expect(erasure).toMatchObject({ entries: isLate ? 1 : 2, fields: isLate ? 3 : 6 });
        const found = await next.keys.subjectKeys.find(TENANT, [first, { ...first, generation: 2 }]);
        expect(found.map(({ state }) => state)).toEqual(['destroyed', isLate ? 'live' : 'lost']);
      }
      expect(places).toBeGreaterThan(15);
    },
  );

  test('is carried on by two nodes at once, to one end', async () => {
    await privacy.record(eventOf('u1'));
    await interrupt(9, 'fail');
    const nodes = [2, 3, 4].map((seed) => new MemoryPrivacy(world, { seed }));
    await Promise.all(nodes.map((node) => node.erasures.resume()));
    expect(nodes.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect((await privacy.erasures.get(TENANT, 'id-1')).state).toBe('done');
    expect(world.recorded.size).toBe(1);
  });

  test('answers with how far it is, and goes on by itself', async () => {
    await privacy.record(eventOf('u1'));
    let isDown = true;
    const faults = new Faults((operation) => (operation === 'store.eraseSealed' && isDown ? 'fail' : undefined));
    const node = new MemoryPrivacy(world, { faults });
    const erasure = await node.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect(erasure.state).toBe('removing');
    expect(node.troubles).toMatchObject([{ code: 'store-unavailable' }]);
    const stopping = new AbortController();
    const running = node.erasures.run(stopping.signal);
    await new Promise(setImmediate);
    expect((await node.erasures.get(TENANT, erasure.id)).state).toBe('removing');
    isDown = false;
    world.clock.advance(60_000);
    await new Promise(setImmediate);
    expect((await node.erasures.get(TENANT, erasure.id)).state).toBe('done');
    stopping.abort();
    await running;
  });

  test('leaves a mark at most, which is removed when nobody can be about to write the erasure any more', async () => {
    let puts = 0;
    const faults = new Faults((operation) => (operation === 'registry.put' && ++puts === 3 ? 'fail' : undefined));
    const node = new MemoryPrivacy(world, { faults });
    await expect(node.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR)).rejects.toBeDefined();
    expect(marks()).toHaveLength(1);
    await privacy.erasures.resume();
    expect(marks()).toHaveLength(1);
    world.clock.advance(3_700_000);
    await privacy.erasures.resume();
    expect(marks()).toEqual([]);
    expect(world.world.registry.documents.has(erasureKey(TENANT, 'id-1'))).toBe(false);
  });
});

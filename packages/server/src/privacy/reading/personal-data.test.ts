import { createHash } from 'node:crypto';
import { formatSealedItems, parseSealedItems, type SealedItem, sealingPlan, verifyOpenings } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, eventOf, MemoryPrivacy, PrivacyWorld, TENANT } from '../../../testing/memory-privacy.js';
import { Faults } from '../../adapters/memory/faults.js';
import type { StoredEntry } from '../../ports/store.js';
import type { PersonalReader } from './personal-data.js';

let world: PrivacyWorld;
let privacy: MemoryPrivacy;
let entry: StoredEntry;

beforeEach(async () => {
  world = new PrivacyWorld();
  privacy = new MemoryPrivacy(world);
  entry = await privacy.record(eventOf('u1'));
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const reader = (more: Partial<PersonalReader> = {}): PersonalReader => ({
  ...ADMINISTRATOR,
  mayUnmask: () => false,
  ...more,
});
const free = (more: Partial<PersonalReader> = {}) => reader({ mayUnmask: () => true, ...more });
const show = async (as: PersonalReader, ...entries: StoredEntry[]) =>
  privacy.personalData.show(TENANT, entries.length === 0 ? [entry] : entries, as);
const changed = (change: (item: SealedItem) => object): StoredEntry => {
  const items = parseSealedItems(entry.sealed!)! as SealedItem[];
  return { ...entry, sealed: formatSealedItems(items.map(change) as SealedItem[]) };
};

describe('whoever reads', () => {
  test('sees masks, in the style of the policy, and nothing is recorded', async () => {
    expect(await show(reader())).toEqual([
      [
        { pointer: '/actor/email', state: 'masked', value: 'u***@example.com' },
        { pointer: '/actor/name', state: 'masked', value: 'N*** o*** u***' },
        { pointer: '/source/ip', state: 'masked', value: '192.0.2.x' },
      ],
    ]);
    privacy.policy.maskStyle = 'full';
    expect((await show(reader()))[0]![0]).toMatchObject({ value: '[email]' });
    expect(world.acts).toEqual([]);
  });

  test('and may see personal data sees it, and that is recorded with who and why', async () => {
    expect(await show(free({ reason: 'ticket 7' }))).toEqual([
      [
        { pointer: '/actor/email', state: 'open', value: 'u1@example.com' },
        { pointer: '/actor/name', state: 'open', value: 'Name of u1' },
        { pointer: '/source/ip', state: 'open', value: '192.0.2.7' },
      ],
    ]);
    expect(world.acts).toEqual([
      {
        tenant: TENANT,
        action: 'pii.read',
        operation: 'read',
        outcome: 'success',
        ...ADMINISTRATOR,
        reason: 'ticket 7',
        targets: [{ type: 'event', id: 'e0' }],
        metadata: { events: 1, fields: 3 },
      },
    ]);
  });

  test('may see it for some events and not for others', async () => {
    const other = await privacy.record(eventOf('u2'));
    const shown = await show(
      reader({ mayUnmask: (event) => (event as { actor: { id: string } }).actor.id === 'u2' }),
      entry,
      other,
    );
    expect(shown.map((fields) => fields[0]?.state)).toEqual(['masked', 'open']);
    expect(world.acts).toMatchObject([{ targets: [{ id: 'e1' }], metadata: { events: 1 } }]);
  });

  test('sees nothing that could not be recorded', async () => {
    const failing = new MemoryPrivacy(world, {
      faults: new Faults((operation) => (operation === 'audit.record' ? 'fail' : undefined)),
    });
    await expect(failing.personalData.show(TENANT, [entry], free())).rejects.toMatchObject({
      code: 'journal-unavailable',
    });
  });

  test('has to say why where the tenant wants it, and only for what would be unmasked', async () => {
    privacy.policy.isReasonRequired = true;
    await expect(show(free())).rejects.toMatchObject({ code: 'reason-missing' });
    expect(world.acts).toEqual([]);
    expect(await show(reader())).toHaveLength(1);
    expect(await show(free(), await privacy.record({ action: 'a.b', actor: { id: 'u1' } }))).toEqual([[]]);
    expect(await show(free({ reason: 'ticket 7' }))).toHaveLength(1);
  });

  test('many events names the first of them and counts all', async () => {
    const entries: StoredEntry[] = [];
    for (let i = 0; i < 100; i++) entries.push(await privacy.record(eventOf(`p${i}`)));
    await show(free(), ...entries);
    expect(world.acts[0]).toMatchObject({ metadata: { events: 100, fields: 300 } });
    expect(world.acts[0]!.targets).toHaveLength(64);
  });
});

describe('an event without sealed fields', () => {
  test('has none to show, also when its text speaks of them', async () => {
    const plain = await privacy.record({ action: 'a.b', message: '"$sealed" is a key', actor: { id: 'u1' } });
    expect(await show(free(), plain)).toEqual([[]]);
    expect(world.acts).toEqual([]);
  });
});

describe('a payload that was moved out', () => {
  const SHA256 = 'ab'.repeat(32);
  /** What the entry of an event with sealed fields in its request becomes when that is moved out. */
  async function recorded(): Promise<StoredEntry> {
    privacy.policy.plan = sealingPlan({ fields: [{ path: '/request/iban' }, { path: '/actor/email' }] });
    const whole = await privacy.record(eventOf('u1', { request: { iban: 'DE89', more: 'x' } }));
    const event = JSON.parse(Buffer.from(whole.entry).toString());
    event.request = { $blob: { sha256: SHA256, bytes: 100_000, media_type: 'application/json' } };
    return { ...whole, entry: new Uint8Array(Buffer.from(JSON.stringify(event))) };
  }

  test('has sealed fields that are shown, masked, opened and erased like others', async () => {
    const moved = await recorded();
    expect(await show(reader(), moved)).toMatchObject([
      [{ pointer: '/actor/email' }, { pointer: '/request/iban', state: 'masked', value: '***' }],
    ]);
    expect((await show(free(), moved))[0]![1]).toEqual({ pointer: '/request/iban', state: 'open', value: 'DE89' });
    const [openings] = await privacy.personalData.openings(TENANT, [moved], ADMINISTRATOR, 'pii.open');
    expect(openings![1]).toEqual({ pointer: '/request/iban', salt: expect.any(String), value: 'DE89' });
    await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect((await show(free(), moved))[0]!.map(({ state }) => state)).toEqual(['erased', 'erased']);
  });

  test('is none where the entry has no reference: then the field is not in the event', async () => {
    const moved = await recorded();
    const event = JSON.parse(Buffer.from(moved.entry).toString());
    for (const request of [undefined, {}, { $blob: 1 }]) {
      const entry = new Uint8Array(Buffer.from(JSON.stringify({ ...event, request })));
      expect((await show(free(), { ...moved, entry }))[0]!.map(({ pointer }) => pointer)).toEqual(['/actor/email']);
    }
  });

  test('without anything beside the entry has nothing that could be shown', async () => {
    expect(await show(free(), { ...(await recorded()), sealed: undefined })).toMatchObject([[{ state: 'missing' }]]);
  });
});

describe('what is gone', () => {
  const states = async (...entries: StoredEntry[]) => (await show(free(), ...entries)).flat().map(({ state }) => state);
  const missing = ['missing', 'missing', 'missing'];

  test('by an erasure is told to be erased, also before the store has done its part', async () => {
    const before = { ...entry };
    await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect(await states(world.rows[0]!)).toEqual(['erased', 'erased', 'erased']);
    expect(await states(before)).toEqual(['erased', 'erased', 'erased']);
    expect(world.acts.filter(({ action }) => action === 'pii.read')).toEqual([]);
  });

  test('without an erasure is told to be missing: the items, the key, or their text', async () => {
    expect(await states({ ...entry, sealed: undefined })).toEqual(missing);
    expect(await states({ ...entry, sealed: 'torn' })).toEqual(missing);
    expect(await states(changed((item) => ({ ...item, k: 9 })))).toEqual(missing);
    expect(await states(changed((item) => ({ ...item, s: 'x'.repeat(22) })))).toEqual(missing);
  });

  test('when somebody changed the store is never another value', async () => {
    const other = await privacy.record(eventOf('u1', { actor: { id: 'u1', name: 'Other', email: 'o@example.com' } }));
    expect(await states({ ...entry, sealed: other.sealed })).toEqual(missing);
    expect(await states(changed((item) => ({ ...item, f: [...item.f].reverse() })))).toEqual(missing);
    // Sealed by somebody who has the key, for the same event, but not what the entry commits to.
    const forged = await privacy.record(
      eventOf('u1', { id: 'e0', actor: { id: 'u1', name: 'X', email: 'x@example.com' } }),
    );
    expect(await states({ ...entry, sealed: forged.sealed })).toEqual(['missing', 'missing', 'open']);
  });

  test('with the whole tenant’s keys is erased', async () => {
    await privacy.keys.tenantKeys.destroy(TENANT, '2025-10-06T12:00:00Z');
    expect(await states(entry)).toEqual(['erased', 'erased', 'erased']);
  });
});

describe('openings', () => {
  const openingsOf = async (of: StoredEntry) =>
    (await privacy.personalData.openings(TENANT, [of], ADMINISTRATOR, 'pii.open'))[0]!;
  const verdictsOf = async (of: StoredEntry, certificates: string[] = []) =>
    verifyOpenings(JSON.parse(Buffer.from(of.entry).toString()), await openingsOf(of), {
      sha256,
      isCertified: (erasure) => certificates.includes(erasure),
    }).map(({ state }) => state);

  test('convince a verifier who has nothing but the entry, and are recorded', async () => {
    expect(await verdictsOf(entry)).toEqual(['verified', 'verified', 'verified']);
    expect(world.acts).toMatchObject([{ action: 'pii.open', metadata: { fields: 3 } }]);
  });

  test('of erased fields name the erasure, whose certificate the verifier finds in the log', async () => {
    const { id } = await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect(await openingsOf(world.rows[0]!)).toEqual(
      ['/actor/email', '/actor/name', '/source/ip'].map((pointer) => ({ pointer, erasure: id })),
    );
    expect(await verdictsOf(world.rows[0]!, [id])).toEqual(['erased', 'erased', 'erased']);
    expect(await verdictsOf(world.rows[0]!, [])).toEqual(['missing', 'missing', 'missing']);
  });

  test('there are none of what is missing', async () => {
    expect(await openingsOf({ ...entry, sealed: undefined })).toEqual([]);
    expect(await verdictsOf({ ...entry, sealed: undefined })).toEqual(['missing', 'missing', 'missing']);
  });
});

import { createHash } from 'node:crypto';
import { type Opening, verifyOpenings } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, eventOf, MemoryPrivacy, PrivacyWorld, TENANT } from '../../../testing/memory-privacy.js';
import { type ExportRequest, exportPack } from './export-pack.js';

let world: PrivacyWorld;
let privacy: MemoryPrivacy;

beforeEach(() => {
  world = new PrivacyWorld();
  privacy = new MemoryPrivacy(world);
});

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

async function pack(identifiers: string[], more: Partial<ExportRequest> = {}): Promise<string> {
  const request = { tenant: TENANT, identifiers, before: 1_000_000, receipts: false, ...more };
  const { subjectKeys } = privacy.keys;
  const lines = exportPack(request, ADMINISTRATOR, {
    store: privacy.store,
    subjectKeys,
    personalData: privacy.personalData,
    audit: privacy.audit,
    checkpoint: async (tenant) => `checkpoint of ${tenant}`,
    receipt: async (_tenant, index) => `receipt of ${index}`,
    now: () => '2025-10-06T12:00:00Z',
  });
  let text = '';
  for await (const line of lines) text += line;
  return text;
}

interface EventLine {
  index: number;
  event: { id: string };
  openings: Opening[];
  receipt?: string;
}
const eventsOf = (text: string) =>
  text
    .split('\n')
    .slice(1, -2)
    .map((line) => JSON.parse(line) as EventLine);
const manifestOf = (text: string) => JSON.parse(text.split('\n').at(-2)!) as { manifest: Record<string, unknown> };

describe('a pack', () => {
  test('has all of a person’s events and nobody else’s: as actor, for whom somebody acted, and by address', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record(eventOf('u2'));
    await privacy.record(eventOf('u2', { actor: { id: 'u2', on_behalf_of: { id: 'u1' } } }));
    await privacy.record({ action: 'a.b', actor: { id: 'u1' } });
    await privacy.record({ action: 'a.b', actor: { email: 'Jane@X.com' } });
    await privacy.record(eventOf('u1'), 'other');
    expect(eventsOf(await pack(['u1', 'jane@x.com'])).map(({ index }) => index)).toEqual([0, 2, 3, 4]);
  });

  test('holds each entry byte for byte, with openings that convince a verifier', async () => {
    const { entry } = await privacy.record(eventOf('u1', { message: 'ü 😀' }));
    const text = await pack(['u1']);
    expect(text).toContain(Buffer.from(entry).toString('utf8'));
    const [{ event, openings }] = eventsOf(text) as [EventLine];
    const verdicts = verifyOpenings(event, openings, { sha256, isCertified: () => false });
    expect(verdicts.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);
  });

  test('ends with a manifest that tells whether it is whole', async () => {
    for (let i = 0; i < 450; i++) await privacy.record(eventOf(i < 225 ? 'u1' : 'u2'));
    const text = await pack(['u1']);
    expect(eventsOf(text)).toHaveLength(225);
    const before = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
    expect(manifestOf(text).manifest).toEqual({
      events: 225,
      fields: 675,
      sha256: sha256(before),
      checkpoint: 'checkpoint of acme',
    });
    expect(JSON.parse(text.split('\n')[0]!)).toMatchObject({ pack: 'attestlog personal data v1', identifiers: ['u1'] });
  });

  test('comes with receipts when they are asked for, and ends where the log was committed', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record(eventOf('u1'));
    const events = eventsOf(await pack(['u1'], { receipts: true, before: 1025 }));
    expect(events.map(({ receipt }) => receipt)).toEqual(['receipt of 0']);
  });

  test('of nobody is an empty one', async () => {
    const text = await pack(['stranger']);
    expect(manifestOf(text).manifest).toMatchObject({ events: 0, fields: 0 });
  });

  test('is recorded before anything of it is handed out, with why, and never with whom it is about', async () => {
    await privacy.record(eventOf('jane'));
    await pack(['jane'], { reason: 'her request' });
    expect(world.acts).toMatchObject([
      { action: 'subject.export', reason: 'her request', principal: { id: 'user:dpo' } },
      { action: 'pii.export', reason: 'her request', metadata: { events: 1, fields: 3 } },
    ]);
    expect(JSON.stringify(world.acts)).not.toContain('jane');
  });

  test('after an erasure holds what is left, and says of the rest that it is erased', async () => {
    await privacy.record(eventOf('u1'));
    const { id } = await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    const [{ openings }] = eventsOf(await pack(['u1'])) as [EventLine];
    expect(openings).toEqual(
      ['/actor/email', '/actor/name', '/source/ip'].map((pointer) => ({ pointer, erasure: id })),
    );
    expect(await pack(['u1@example.com'])).not.toContain('"index"');
  });
});

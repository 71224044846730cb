import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableJson, eventInput } from '../../testing/arbitraries.js';
import type { EventInput } from '../schema.js';
import { scanEvent } from './scan-event.js';

const event: EventInput = {
  action: 'order.approve',
  actor: { email: 'actor@example.com' },
  source: { ip: '203.0.113.1' },
  message: 'Mail to jane@example.com',
  reason: 'card 4242 4242 4242 4242 declined',
  metadata: { list: [{ 'a/b~c': 'x 203.0.113.7' }, 'none'], phone: 2_025_550_147, order_id: 4_242_424_242_424_242 },
  request: 'to +44 20 7946 0958',
  response: { body: { iban: 'DE89370400440532013000' } },
  changes: { before: { ssn: '078051120' }, after: null },
  file: { path: 'mail/jane@example.com', diff: '+key = AKIAZ3X4Y5W6V7U2T3S4\n-old@example.com' },
};

const found = (scan: ReturnType<typeof scanEvent>) => scan.findings.map(({ kind, pointer }) => `${kind} ${pointer}`);

describe('scanEvent', () => {
  it('looks into the free text at any depth, and says where; not into fields that are personal anyway', () => {
    const scan = scanEvent(event);
    expect(scan.complete).toBe(true);
    expect(found(scan)).toEqual([
      'email /message',
      'credit_card /reason',
      'ip_address /metadata/list/0/a~1b~0c',
      'phone /metadata/phone',
      'phone /request',
      'iban /response/body/iban',
      'us_ssn /changes/before/ssn',
      'api_key /file/diff',
      'email /file/diff',
    ]);
    expect(scan.findings[0]).toMatchObject({ path: ['message'], start: 8, end: 24 });
  });

  it('looks where and for what it is asked to', () => {
    expect(found(scanEvent(event, { fields: ['message', 'file.diff'] }))).toHaveLength(3);
    expect(found(scanEvent(event, { kinds: new Set(['iban']) }))).toEqual(['iban /response/body/iban']);
  });

  it('says when a bound kept it from the rest', () => {
    const mails = Array.from({ length: 300 }, (_, number) => `user${number}@example.com`);
    const many: EventInput = { action: 'a.b', metadata: { mails } };
    expect(scanEvent(many)).toMatchObject({ complete: false });
    expect(scanEvent(many).findings).toHaveLength(256);
    expect(scanEvent(many, { maxFindings: 300 })).toMatchObject({ complete: true });
    const long: EventInput = { action: 'a.b', message: 'jane@example.com', metadata: { mails } };
    expect(scanEvent(long, { maxChars: 16 })).toMatchObject({ complete: false, findings: [{ pointer: '/message' }] });
    expect(scanEvent({ action: 'a.b', message: 'jane@example.com' }, { maxChars: 16 }).complete).toBe(true);
  });

  it('is not led out of the event by depth', () => {
    let deep: unknown = 'jane@example.com';
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(scanEvent({ action: 'a.b', request: deep as never })).toEqual({ complete: false, findings: [] });
  });

  it('takes every event, changes none, and points at strings and numbers only', () => {
    const withFree = fc
      .tuple(eventInput, acceptableJson)
      .map(([base, request]) => ({ ...base, request }) as EventInput);
    fc.assert(
      fc.property(withFree, (any) => {
        const before = JSON.stringify(any);
        const { findings } = scanEvent(any);
        expect(JSON.stringify(any)).toBe(before);
        for (const { path } of findings) {
          const value = path.reduce<unknown>((inside, step) => (inside as Record<string, unknown>)[step], any);
          expect(['string', 'number']).toContain(typeof value);
        }
      }),
    );
  });
});

import type { EventInput } from '@attestlog/event';
import { admitEvent } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../testing/sample-records.js';
import type { Principal } from '../access/principal.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import type { AuditedAct, AuditedRead } from './audit-trail.js';
import { LogAuditTrail, type ReadAuditing } from './log-audit-trail.js';

const principal: Principal = {
  kind: 'api-key',
  id: 'key:k1',
  subject: 'key:k1',
  tenant: 'acme',
  roles: [],
  permissions: [],
  credential: { id: 'k1' },
};
const act: AuditedAct = {
  tenant: 'acme',
  action: 'key.create',
  operation: 'create',
  outcome: 'success',
  principal,
  address: '203.0.113.9',
  requestId: 'r1',
  targets: [{ type: 'api_key', id: 'k2' }],
  metadata: { scopes: ['events:write'] },
};
const read: AuditedRead = { tenant: 'acme', action: 'event.read', principal, address: '203.0.113.9', events: 3 };
const refused: AuditedAct = { ...act, action: 'access.refuse', outcome: 'denied', reason: 'permission-denied' };

let written: { tenant: string; event: EventInput }[];
let failing: boolean;
let failures: unknown[];
let reads: ReadAuditing;
let clock: MemoryClock;
let trail: LogAuditTrail;

beforeEach(() => {
  written = [];
  failures = [];
  failing = false;
  reads = 'sessions';
  clock = new MemoryClock();
  let made = 0;
  trail = new LogAuditTrail({
    clock,
    newId: () => `id${++made}`,
    readAuditing: () => reads,
    onFailure: (error) => failures.push(error),
    intake: {
      async acceptOwn(tenant, events) {
        if (failing) throw new Error('the journal is full');
        for (const event of events) written.push({ tenant, event: event as EventInput });
        return {
          results: events.map(() => ({ status: 'stored', id: 'x', position: 1 })),
          throughSequence: 1,
          limits: [],
        };
      },
    },
  });
});

const seconds = (count: number) => clock.advance(count * 1000);

test('every event of the trail is one that admission takes', async () => {
  await trail.record(act);
  await trail.read(read);
  await trail.record(refused);
  trail.read(read);
  await trail.sweep(true);
  expect(written).toHaveLength(4);
  for (const { event } of written) {
    const admitted = admitEvent(event, {
      receivedAt: '2025-10-06T12:54:12.000000000Z',
      receivedAtNs: 1_759_755_252_000_000_000n,
      newId: () => 'x',
      maxFutureSkewMs: 0,
      sha256,
    });
    expect(admitted).toMatchObject({ ok: true });
  }
});

test('an act says who did what to what, and from where', async () => {
  await trail.record(act);
  expect(written).toMatchObject([
    {
      tenant: 'acme',
      event: {
        id: 'attestlog:id1',
        action: 'key.create',
        category: 'audit',
        actor: { type: 'api_key', id: 'key:k1' },
        source: { service: 'attestlog', ip: '203.0.113.9' },
        targets: [{ type: 'api_key', id: 'k2' }],
        metadata: { scopes: ['events:write'], principal: 'key:k1', credential: 'k1' },
      },
    },
  ]);
});

test('an act that cannot be written is not done', async () => {
  failing = true;
  await expect(trail.record(act)).rejects.toThrow();
});

describe('reads', () => {
  test('of a session are two events: its begin, and the sum at its end', async () => {
    for (let i = 0; i < 10; i++) {
      await trail.read(read);
      seconds(1);
    }
    expect(written).toHaveLength(1);
    seconds(60);
    await trail.sweep();
    expect(written).toHaveLength(2);
    const [begin, sum] = written.map(({ event }) => event);
    expect(sum).toMatchObject({ action: 'event.read', metadata: { count: 10, events: 30 } });
    expect(sum!.metadata!.session).toBe(begin!.metadata!.session);
    expect(sum!.id).not.toBe(begin!.id);
  });

  test('of another principal, address, action or tenant are another session', async () => {
    await trail.read(read);
    await trail.read({ ...read, principal: { ...principal, id: 'key:k9' } });
    await trail.read({ ...read, address: '203.0.113.10' });
    await trail.read({ ...read, action: 'receipt.read' });
    await trail.read({ ...read, tenant: 'other' });
    expect(written).toHaveLength(5);
  });

  test('are each an event where the policy says so', async () => {
    reads = 'each';
    for (let i = 0; i < 3; i++) await trail.read(read);
    expect(written).toHaveLength(3);
  });

  test('whose first event cannot be written fail, also those that came meanwhile, and the next one tries again', async () => {
    failing = true;
    const both = await Promise.allSettled([trail.read(read), trail.read(read)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    await trail.read(read);
    expect(written).toHaveLength(1);
  });
});

test('refused accesses of one kind are counted, so that they cannot fill the log', async () => {
  for (let i = 0; i < 1000; i++) await trail.record(refused);
  await trail.sweep(true);
  expect(written.map(({ event }) => event.metadata?.count)).toEqual([undefined, 1000]);
});

test('a sum that cannot be written is told, kept, and written with a later sweep', async () => {
  await trail.read(read);
  trail.read(read);
  failing = true;
  await trail.sweep(true);
  expect(failures).toHaveLength(1);
  failing = false;
  await trail.sweep();
  expect(written).toHaveLength(2);
  expect(trail.lost).toBe(0);
});

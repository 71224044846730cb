import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { deliverySetting, readyEvent } from '../../../testing/delivery-setting.js';
import { problem } from '../../../testing/simulated-server.js';
import { Account } from '../account.js';
import type { ReadyEvent } from '../delivery.js';
import type { Settlement } from './pending-event.js';
import { Sender } from './sender.js';

function start(...args: Parameters<typeof deliverySetting>) {
  const setting = deliverySetting(...args);
  const settled = new Map<string, Settlement>();
  const buried: string[] = [];
  const account = new Account(setting.world);
  const sender = new Sender({
    options: setting.options,
    world: setting.world,
    account,
    gzip: async (text) => new Uint8Array(gzipSync(text)),
    lingerMs: setting.options.flushIntervalMs,
    requestsPerTenant: 1,
    bury: (event: ReadyEvent, code: string) => buried.push(`${event.id} ${code}`),
    onSettled: () => undefined,
  });
  const offer = (id: string, more: Record<string, unknown> = {}, tenant?: string) =>
    sender.offer({ event: readyEvent(id, more, tenant), settle: (settlement) => settled.set(id, settlement) });
  return { ...setting, account, sender, settled, buried, offer };
}

test('a batch that is too large is split until it fits, in order', async () => {
  const { time, server, offer } = start({}, { batchMaxEvents: 30 });
  const ids = Array.from({ length: 100 }, (_, i) => `e${i}`);
  for (const id of ids) offer(id);
  await time.pass(60_000);
  expect(server.ids()).toEqual(ids);
  expect(Math.max(...server.batches)).toBe(100);
});

test('one event that is too large for any request is refused alone', async () => {
  const { time, server, buried, offer } = start();
  server.answer = (events) => (events.some(({ id }) => id === 'huge') ? problem(413, 'body-too-large') : undefined);
  for (let i = 0; i < 10; i++) offer(`e${i}`);
  offer('huge');
  for (let i = 10; i < 20; i++) offer(`e${i}`);
  await time.pass(60_000);
  expect(server.ids()).toHaveLength(20);
  expect(buried).toEqual(['huge body-too-large']);
});

test('an event that the server always fails on is given up, and holds up no other', async () => {
  const { time, server, buried, offer } = start();
  server.answer = (events) => (events.some(({ id }) => id === 'bad') ? problem(500, 'internal') : undefined);
  for (let i = 0; i < 20; i++) offer(i === 7 ? 'bad' : `e${i}`);
  await time.pass(60_000);
  expect(server.ids()).toHaveLength(19);
  expect(buried).toEqual([]);
  // The server is known to work only by what else it takes.
  for (let i = 20; i < 40; i++) {
    offer(`e${i}`);
    await time.pass(60_000);
  }
  expect(server.ids()).toHaveLength(39);
  expect(buried).toEqual(['bad internal']);
});

test('a server that fails on everything is no reason to give an event up', async () => {
  const { time, server, buried, offer } = start();
  server.answer = () => problem(500, 'internal');
  for (let i = 0; i < 5; i++) offer(`e${i}`);
  await time.pass(3_600_000);
  expect(buried).toEqual([]);
  server.answer = undefined;
  await time.pass(60_000);
  expect(server.ids().sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
});

describe('what one tenant is refused for', () => {
  test.each([
    [403, 'permission-denied'],
    [403, 'tenant-suspended'],
    [429, 'quota-exceeded'],
  ])('(%i %s) is tried again later and does not hold up another', async (status, code) => {
    const { time, server, offer } = start();
    server.answer = (_events, tenant) => (tenant === 'globex' ? problem(status, code) : undefined);
    for (let i = 0; i < 10; i++) {
      offer(`a${i}`);
      offer(`g${i}`, {}, 'globex');
    }
    await time.pass(1500);
    expect(server.ids()).toHaveLength(10);
    server.answer = undefined;
    await time.pass(60_000);
    expect(server.ids('globex')).toHaveLength(10);
  });

  test('for ever (410, or a name that no tenant has) makes its events dead letters', async () => {
    const { time, server, buried, offer } = start();
    server.answer = (_events, tenant) => {
      if (tenant === 'gone') return problem(410, 'tenant-gone');
      return tenant === 'No Tenant' ? problem(400, 'tenant-invalid') : undefined;
    };
    offer('a');
    offer('g', {}, 'gone');
    offer('n', {}, 'No Tenant');
    await time.pass(60_000);
    expect(server.ids()).toEqual(['a']);
    expect(buried.sort()).toEqual(['g tenant-gone', 'n tenant-invalid']);
  });
});

test('a batch above what a rate ever lets in shrinks until it gets through', async () => {
  const { time, server, offer } = start();
  server.answer = (events) => (events.length > 10 ? problem(429, 'quota-exceeded', { 'retry-after': '1' }) : undefined);
  for (let i = 0; i < 100; i++) offer(`e${i}`);
  await time.pass(600_000);
  expect(server.ids()).toHaveLength(100);
});

describe('a credential', () => {
  test('that is refused is asked for again at once', async () => {
    const asked: string[] = [];
    const credential = async (reason: string) => {
      asked.push(reason);
      return asked.length === 1 ? 'old' : 'new';
    };
    const { time, server, offer } = start({ server: { url: 'http://server', credential, tenant: 'acme' } });
    server.answer = () => (asked.length === 1 ? problem(401, 'credential-expired') : undefined);
    offer('a');
    await time.pass(1050);
    expect(server.ids()).toEqual(['a']);
    expect(asked).toEqual(['request', 'rejected']);
  });

  test('that stays refused is not tried in a tight loop, and nothing is given up', async () => {
    const { time, server, buried, offer } = start();
    server.answer = () => problem(401, 'credential-revoked');
    offer('a');
    await time.pass(600_000);
    expect(server.times.length).toBeLessThan(250);
    server.answer = undefined;
    await time.pass(60_000);
    expect([server.ids(), buried]).toEqual([['a'], []]);
  });

  test('that cannot be had, or never comes, is waited for', async () => {
    let calls = 0;
    const credential = (): string | Promise<string> => {
      calls += 1;
      if (calls === 1) throw new Error('the vault is sealed');
      return calls === 2 ? new Promise(() => undefined) : 'key';
    };
    const { time, server, account, offer } = start({ server: { url: 'http://server', credential, tenant: 'acme' } });
    offer('a');
    await time.pass(60_000);
    expect(server.ids()).toEqual(['a']);
    const holdings = {
      buffered_events: 0,
      buffered_bytes: 0,
      spooled_events: 0,
      spooled_bytes: 0,
      oldest_waiting_ms: 0,
    };
    const { last_error } = account.snapshot(holdings);
    expect(last_error).toMatchObject({ code: 'timeout' });
    expect(JSON.stringify(last_error)).not.toContain('vault');
  });
});

test('large batches are compressed, small ones are not', async () => {
  const { time, server, account, sender, offer } = start({ compress: true });
  offer('small');
  await time.pass(2000);
  for (let i = 0; i < 100; i++) offer(`e${i}`, { message: 'the same again and again' });
  await time.pass(2000);
  expect(server.ids()).toHaveLength(101);
  const holdings = { buffered_events: 0, buffered_bytes: 0, spooled_events: 0, spooled_bytes: 0, oldest_waiting_ms: 0 };
  expect(account.snapshot(holdings).sent_bytes).toBeLessThan(3000);
  expect([sender.events, sender.chars]).toEqual([0, 0]);
});

test('few requests are under way at once, one for each tenant', async () => {
  const { time, server, offer } = start({ flushEvents: 10 }, { latencyMs: 1000 });
  for (let i = 0; i < 200; i++) offer(`e${i}`, {}, `t${i % 10}`);
  await time.pass(30_000);
  expect(server.mostAtOnce).toBe(4);
  for (let tenant = 0; tenant < 10; tenant++) expect(server.ids(`t${tenant}`)).toHaveLength(20);
});

test('nothing is sent or settled after it was stopped', async () => {
  const { time, server, settled, sender, offer } = start({}, { latencyMs: 1000 });
  offer('a');
  sender.sendNow();
  await time.pass(10);
  offer('b');
  sender.stop();
  await time.pass(60_000);
  expect([...settled]).toEqual([]);
  expect(server.times).toHaveLength(1);
});

import { createHash } from 'node:crypto';
import { canonicalJson } from '@attestlog/event';
import { TILE_WIDTH } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_KEY, ContractServer } from '../testing/contract-server.js';
import { runCli } from '../testing/run-cli.js';
import { erasureEvent, sealedEvent } from '../testing/sealed-entries.js';
import { TestLog } from '../testing/test-log.js';

let server: ContractServer;

beforeEach(async () => {
  server = await new ContractServer().start();
});
afterEach(() => server.stop());

/** Records an event with a sealed field, which the server opens. @returns its index */
function record(id = `e${server.log.entries.length}`): number {
  const { event, opening } = sealedEvent(id);
  const index = append(event);
  server.openings.set(index, [opening]);
  return index;
}

function append(event: object): number {
  server.log.append(canonicalJson(event));
  return server.log.entries.length - 1;
}

/** Records the certificate of an erasure of these entries, and opens them no more. @returns its index */
function erase(
  erasure: string,
  indexes: readonly number[],
  counts = { entries: indexes.length, fields: indexes.length },
) {
  for (const index of indexes) server.openings.set(index, [{ pointer: '/actor/email', erasure }]);
  return append(erasureEvent(server.log, erasure, counts));
}

function verify(...args: readonly string[]) {
  const key = server.log.signer.verifierKey;
  return runCli(['verify', '--key', key, '--sealed', ...args], {
    env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY },
  });
}

async function report(...args: readonly string[]) {
  const { code, stdout, stderr } = await verify('--json', ...args);
  expect(stderr).toBe('');
  const { sealed, violations, ok } = JSON.parse(stdout);
  return { code, ok, sealed, codes: violations.map((violation: { code: string }) => violation.code), violations };
}

describe('sealed fields', () => {
  it('whose values are given are verified', async () => {
    append({ id: 'plain', action: 'a.b' });
    record();
    record();
    const counts = { entries: 2, fields: 2, verified: 2, erased: 0, missing: 0, unseen_payloads: 0, erasures: [] };
    expect(await report()).toMatchObject({ code: 0, ok: true, sealed: counts, codes: [] });
    const { stdout } = await verify();
    expect(stdout).toContain('2 fields in 2 entries: 2 verified, 0 erased, 0 missing');
  });

  it('are asked for once a bundle, and only where there are any, with the reason', async () => {
    record();
    for (let i = 0; i < 2 * TILE_WIDTH; i++) append({ id: `plain-${i}`, action: 'a.b' });
    const last = record();
    await verify('--reason', 'Prüfung');
    const reason = Buffer.from('Prüfung').toString('latin1');
    expect(server.openingRequests).toEqual([
      { query: '?from=0&to=1', reason },
      { query: `?from=${last}&to=${last + 1}`, reason },
    ]);
  });

  it('of many bundles are all checked', async () => {
    for (let i = 0; i < 20 * TILE_WIDTH; i++) record();
    server.openings.delete(17 * TILE_WIDTH);
    const { sealed, violations } = await report();
    expect(sealed).toMatchObject({ fields: 20 * TILE_WIDTH, missing: 1 });
    expect(violations).toMatchObject([{ code: 'unopened-field', index: 17 * TILE_WIDTH }]);
  });

  it('are checked also when the server is away for a moment', async () => {
    record();
    server.openingStatuses = [503, 0];
    expect(await report()).toMatchObject({ code: 0, sealed: { verified: 1 } });
  });

  it('are not looked at without being told to', async () => {
    record();
    server.openings.clear();
    const { code, stdout } = await runCli(['verify', '--key', server.log.signer.verifierKey, '--json'], {
      env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: API_KEY },
    });
    expect([code, JSON.parse(stdout).sealed]).toEqual([0, undefined]);
    expect(server.openingRequests).toEqual([]);
  });

  it('without an opening, or with the one of another value, are violations', async () => {
    record();
    record();
    server.openings.delete(0);
    server.openings.set(1, [{ ...sealedEvent('e1').opening, value: 'mallory@example.com' }]);
    const { code, sealed, codes, violations } = await report();
    expect({ code, codes }).toEqual({ code: 2, codes: ['unopened-field', 'wrong-opening'] });
    expect(sealed).toMatchObject({ verified: 0, missing: 2 });
    expect(violations[0]).toMatchObject({ index: 0, message: expect.stringContaining('/actor/email') });
    expect((await verify()).stdout).toContain('NOT VERIFIED: 2 violations');
  });
});

describe('sealed fields in a payload that was moved out', () => {
  /** Records an event whose request was moved out, with a sealed field in it and one in the entry. */
  function recordLarge(): { index: number; sha256: string } {
    const { event, opening } = sealedEvent('large');
    const { event: inner, opening: innerOpening } = sealedEvent('inner');
    const payload = canonicalJson({ card: (inner as { actor: { email: object } }).actor.email });
    const sha256 = createHash('sha256').update(payload).digest('hex');
    server.payloads.set(sha256, payload);
    const reference = { $blob: { sha256, bytes: payload.length, media_type: 'application/json' } };
    const index = append({ ...event, request: reference });
    server.openings.set(index, [opening, { ...innerOpening, pointer: '/request/card' }]);
    return { index, sha256 };
  }

  it('are not looked at without being told to, and that is said', async () => {
    recordLarge();
    expect((await report()).sealed).toMatchObject({ fields: 1, verified: 1, unseen_payloads: 1 });
    expect((await verify()).stdout).toContain('1 payload not looked into (--payloads)');
  });

  it('are checked like others', async () => {
    const { index } = recordLarge();
    expect(await report('--payloads')).toMatchObject({
      code: 0,
      sealed: { entries: 1, fields: 2, verified: 2, unseen_payloads: 0 },
    });
    server.openings.set(index, server.openings.get(index)!.slice(0, 1));
    const { codes, violations } = await report('--payloads');
    expect(codes).toEqual(['unopened-field']);
    expect(violations[0].message).toContain('/request/card');
  });

  it('cannot hide: a payload that is absent or another one is a violation', async () => {
    const { index, sha256 } = recordLarge();
    server.payloads.set(sha256, '{}');
    expect(await report('--payloads')).toMatchObject({ code: 2, violations: [{ code: 'missing-payload', index }] });
    server.payloads.delete(sha256);
    expect(await report('--payloads')).toMatchObject({ code: 2, violations: [{ code: 'missing-payload', index }] });
    expect((await report()).code).toBe(0);
  });
});

describe('erased fields', () => {
  it('are proven by a certificate in the log', async () => {
    const index = record();
    record();
    const certificate = erase('x1', [index]);
    const erasures = [{ erasure: 'x1', certificate, entries: 1, fields: 1 }];
    expect(await report()).toMatchObject({ code: 0, sealed: { verified: 1, erased: 1, missing: 0, erasures } });
  });

  it('are a violation without one', async () => {
    server.openings.set(record(), [{ pointer: '/actor/email', erasure: 'x1' }]);
    expect(await report()).toMatchObject({
      code: 2,
      codes: ['uncertified-erasure'],
      sealed: { erased: 0, missing: 1 },
    });
  });

  it('are a violation with one that somebody else signed, or that is of another log', async () => {
    for (const forger of [new TestLog(server.log.origin), new TestLog('other.example/log')]) {
      const index = record();
      server.openings.set(index, [{ pointer: '/actor/email', erasure: 'x1' }]);
      append(erasureEvent(forger, 'x1'));
      expect((await report()).codes).toEqual(['uncertified-erasure']);
    }
  });

  it('are a violation where the entry is newer than the certificate, also when that is recorded again', async () => {
    erase('x1', []);
    const index = record();
    server.openings.set(index, [{ pointer: '/actor/email', erasure: 'x1' }]);
    append(erasureEvent(server.log, 'x1'));
    const { code, violations } = await report();
    expect(code).toBe(2);
    expect(violations).toMatchObject([
      { code: 'uncertified-erasure', index, message: expect.stringMatching(/over before/) },
    ]);
  });

  it('are a violation where there are more than the certificate counts', async () => {
    erase('x1', [record(), record(), record()], { entries: 2, fields: 2 });
    expect(await report()).toMatchObject({
      code: 2,
      codes: ['exceeded-certificate'],
      sealed: { erased: 2, missing: 1 },
    });
  });

  it('by an erasure that ended while the log was read are proven by its receipt', async () => {
    server.store(sealedEvent('e0').event as Record<string, unknown>);
    server.openings.set(0, [{ pointer: '/actor/email', erasure: 'x1' }]);
    const checkpoint = server.log.checkpoint();
    server.store(erasureEvent(server.log, 'x1') as Record<string, unknown>);
    server.tamper = (path, body) => (path === 'checkpoint' ? Buffer.from(checkpoint) : body);
    const { code, sealed } = await report();
    expect({ code, sealed }).toMatchObject({ code: 0, sealed: { erased: 1, erasures: [{ certificate: 1 }] } });
  });
});

describe('a verification of sealed fields that cannot be made', () => {
  it('is told as that, and not as a violation', async () => {
    record();
    const key = ['--key', server.log.signer.verifierKey];
    const foreign = await runCli(['verify', '--sealed', '--log', `${server.url}/log/default`, ...key]);
    expect([foreign.code, foreign.stderr]).toEqual([4, expect.stringContaining('--sealed')]);
    server.openingStatuses = [403];
    const refused = await verify();
    expect([refused.code, refused.stdout]).toEqual([6, '']);
    expect((await verify('--reason', 'a\nb')).code).toBe(4);
  });
});

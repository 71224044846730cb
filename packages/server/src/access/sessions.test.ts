import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { Pepper } from './pepper.js';
import { readRefreshToken, writeRefreshToken } from './refresh-token-text.js';
import type { SessionDocument } from './session-document.js';
import { MAX_SESSIONS_PER_PRINCIPAL, RETRY_WINDOW_MS, Sessions } from './sessions.js';

const JANE = { principal: 'user:jane', tenant: 'acme', epoch: 0 };
const DAY_MS = 86_400_000;
const pepper = new Pepper(Buffer.alloc(32, 1));

let world: MemoryWorld;
let clock: MemoryClock;
let fault: ((operation: string) => Fault | undefined) | undefined;
let sessions: Sessions;

beforeEach(() => {
  world = new MemoryWorld();
  clock = new MemoryClock();
  fault = undefined;
  sessions = new Sessions({
    registry: withRegistryFaults(openMemoryRegistry(world.registry), new Faults((operation) => fault?.(operation))),
    documents: { changed: () => undefined },
    pepper,
    random: randomBytes,
    clock,
    lifetimeMs: 30 * DAY_MS,
  });
});

const begin = async () => (await sessions.begin(JANE)).refreshToken;
const rotate = async (text: string) => (await sessions.rotate(text))?.refreshToken;
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    (value) => (value === undefined ? 'unknown' : 'ok'),
    (error: { code?: string }) => error.code,
  );

test('each use of a refresh token gives another one, of which only the last one counts', async () => {
  const tokens = [await begin()];
  for (let i = 0; i < 5; i++) {
    tokens.push((await rotate(tokens.at(-1)!))!);
    clock.advance(RETRY_WINDOW_MS);
  }
  expect(new Set(tokens).size).toBe(6);
  expect(await codeOf(sessions.check(tokens[5]!))).toBe('ok');
  expect(await codeOf(sessions.check(tokens[3]!))).toBe('refresh-token-reused');
});

test('what lies in the registry gives no token', async () => {
  const text = await begin();
  const { root } = readRefreshToken(pepper, text)!;
  const kept = JSON.stringify([...world.registry.documents]);
  expect(kept).not.toContain(root);
  expect(kept).not.toContain(text.slice(-30));
});

describe('a token that was used before', () => {
  test('ends the session: for the one who has the newest token too', async () => {
    const first = await begin();
    const second = (await rotate(first))!;
    clock.advance(RETRY_WINDOW_MS);
    expect(await codeOf(sessions.rotate(first))).toBe('refresh-token-reused');
    expect(await codeOf(sessions.rotate(second))).toBe('credential-revoked');
    expect(await codeOf(sessions.rotate(first))).toBe('credential-revoked');
  });

  test('gives the same token again within a minute, as for a client that did not get the answer', async () => {
    const first = await begin();
    const second = await rotate(first);
    clock.advance(RETRY_WINDOW_MS - 1);
    expect(await rotate(first)).toBe(second);
    expect(await codeOf(sessions.rotate(second!))).toBe('ok');
  });

  test('ends the session also within a minute when the token after it was used', async () => {
    const first = await begin();
    await rotate((await rotate(first))!);
    expect(await codeOf(sessions.rotate(first))).toBe('refresh-token-reused');
  });

  test('used twice at once gives both the same token', async () => {
    const first = await begin();
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(first)));
    expect(new Set(answers).size).toBe(1);
    expect(await codeOf(sessions.rotate(answers[0]!))).toBe('ok');
  });
});

describe('a token that was invented', () => {
  test('ends nothing, even with the right session and the right root', async () => {
    const text = await begin();
    const token = readRefreshToken(pepper, text)!;
    const foreign = new Pepper(Buffer.alloc(32, 2));
    for (const invented of [
      writeRefreshToken(foreign, token),
      writeRefreshToken(pepper, { ...token, root: 'x'.repeat(32) }),
      writeRefreshToken(pepper, { ...token, session: 'y'.repeat(16) }),
      text.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
      'alr_x_y',
      '',
    ]) {
      expect(await codeOf(sessions.rotate(invented))).toBe('unknown');
    }
    expect(await codeOf(sessions.rotate(text))).toBe('ok');
  });

  test('and one that is ahead of its session, as after a restore, is refused and ends nothing', async () => {
    const text = await begin();
    const ahead = writeRefreshToken(pepper, { ...readRefreshToken(pepper, text)!, generation: 7 });
    expect(await codeOf(sessions.rotate(ahead))).toBe('credential-revoked');
    expect(await codeOf(sessions.rotate(text))).toBe('ok');
  });
});

describe('a rotation that goes wrong', () => {
  test.each(['fail', 'fail-after'] as const)(
    '(%s) lets the client ask again with the token that it has',
    async (kind) => {
      const first = await begin();
      fault = (operation) => (operation === 'registry.put' ? kind : undefined);
      expect(await codeOf(sessions.rotate(first))).toBe('registry-unavailable');
      fault = undefined;
      const second = await rotate(first);
      expect(await rotate(first)).toBe(second);
      expect(await codeOf(sessions.rotate(second!))).toBe('ok');
    },
  );

  test.each(['fail', 'fail-after'] as const)('(%s) at any write of a log-in gives no token', async (kind) => {
    for (const place of [0, 1]) {
      let put = 0;
      fault = (operation) => (operation === 'registry.put' && put++ === place ? kind : undefined);
      expect(await codeOf(sessions.begin(JANE))).toBe('registry-unavailable');
    }
    fault = undefined;
    expect(await codeOf(sessions.begin(JANE))).toBe('ok');
  });
});

test('a session ends when its time is over, however often it was gone on with', async () => {
  let token = await begin();
  for (let day = 0; day < 29; day++) {
    clock.advance(DAY_MS);
    token = (await rotate(token))!;
  }
  clock.advance(DAY_MS);
  expect(await codeOf(sessions.rotate(token))).toBe('credential-expired');
});

test('a session that was ended is over, and ending it again is no failure', async () => {
  const { session, refreshToken } = await sessions.begin(JANE);
  await sessions.end(session.id, 'logout');
  await sessions.end(session.id, 'logout');
  await sessions.end('nothing', 'logout');
  expect(await codeOf(sessions.rotate(refreshToken))).toBe('credential-revoked');
});

test('a principal has a bounded number of sessions: the oldest one ends', async () => {
  const first = await begin();
  const second = await begin();
  for (let i = 2; i < MAX_SESSIONS_PER_PRINCIPAL; i++) await begin();
  expect(await codeOf(sessions.check(first))).toBe('ok');
  await begin();
  expect(await codeOf(sessions.check(first))).toBe('credential-revoked');
  expect(await codeOf(sessions.check(second))).toBe('ok');
  const kept = [...world.registry.documents].filter(([key]) => key.startsWith('refresh.'));
  const open = kept.filter(([, { json }]) => (JSON.parse(json) as SessionDocument).revoked_at === undefined);
  expect(open).toHaveLength(MAX_SESSIONS_PER_PRINCIPAL);
});

import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../errors.js';
import type { LiveEntry } from '../../stream/live-entry.js';
import type { LiveBatch } from '../../stream/subscriber.js';
import { entryJson } from '../answers.js';
import type { LiveChannel } from './live-channel.js';
import { LiveSession, type SessionServices } from './live-session.js';

/** What was said to the client. */
let said: unknown[];
/** What the log gives, one after another; then nothing. */
let batches: LiveBatch[];
/** What of the audit trail's reads says how much. */
let recorded: number[];
let isClosed: boolean;
let goes: () => void;
let channel: LiveChannel;
let session: LiveSession;

const entry = (index: number): LiveEntry => ({ index, position: index, text: `{"id":"e${index}"}`, sealed: undefined });
const batch = (next: number, ...entries: LiveEntry[]): LiveBatch => ({ entries, next, isLast: false });

function sessionWith(given: Partial<LiveChannel>): LiveSession {
  channel = {
    send: async (messages) => void said.push(messages.map(({ json }) => json)),
    beat: async (next) => void said.push(['beat', next]),
    end: (next, problem) => void said.push(['end', next, problem?.code]),
    onGone: (callBack) => {
      goes = callBack;
    },
    ...given,
  };
  const request = {
    tenant: 'acme',
    headers: {},
    principal: {},
    authorization: { extentOf: () => 'none' },
    log: { error: (...line: unknown[]) => said.push(line) },
  } as unknown as FastifyRequest;
  const services = {
    tenants: { find: () => ({}) },
    audit: { read: async ({ events }: { events: number }) => void recorded.push(events) },
    privacy: { personalData: { show: async (_tenant: string, entries: unknown[]) => entries.map(() => []) } },
  } as unknown as SessionServices;
  let wake: (problem: Problem) => void = () => undefined;
  const following = {
    start: 3,
    liveFrom: 3,
    read: async (maxWaitMs: number) => {
      const next = batches.shift();
      if (next !== undefined) return next;
      await Promise.race([
        pause(maxWaitMs),
        new Promise((_, reject) => {
          wake = reject;
        }),
      ]);
      return batch(9);
    },
    changeGrant: async () => undefined,
    end: (problem: Problem) => wake(problem),
    close: () => {
      isClosed = true;
    },
  };
  return new LiveSession(request, following, channel, {
    services,
    times: { heartbeatMs: 30, timeoutMs: 50, lifetimeMs: 0 },
    json: entryJson,
  });
}

beforeEach(() => {
  said = [];
  batches = [];
  recorded = [];
  isClosed = false;
});

describe('a stream', () => {
  it('says where it begins, what comes, that it is there, and its end', async () => {
    batches = [batch(6, entry(4), entry(5)), batch(6), { ...batch(8, entry(7)), isLast: true }];
    await sessionWith({}).run();
    const json = (index: number) => `{"index":${index},"position":${index},"event":{"id":"e${index}"}}`;
    expect(said).toEqual([['beat', 3], [json(4), json(5)], ['beat', 6], [json(7)], ['end', 8, undefined]]);
    expect([recorded, isClosed]).toEqual([[3], true]);
  });

  it('sends heartbeats while nothing comes', async () => {
    session = sessionWith({});
    const running = session.run();
    await expect.poll(() => said).toContainEqual(['beat', 9]);
    session.end(new Problem('shutting-down'));
    await running;
    expect(said.at(-1)).toEqual(['end', 9, 'shutting-down']);
  });

  it('lets a client go that takes nothing, and says where to go on', async () => {
    batches = [batch(6, entry(4), entry(5))];
    let sends: () => void = () => undefined;
    const sending = new Promise<void>((resolve) => {
      sends = resolve;
    });
    session = sessionWith({
      send: () => {
        sends();
        return new Promise(() => undefined);
      },
    });
    const running = session.run();
    await sending;
    for (const nowMs of [0, 1, 50]) session.look(nowMs);
    await running;
    expect(said).toEqual([
      ['beat', 3],
      ['end', 3, 'stream-stalled'],
    ]);
    // What was not taken was not handed out, as far as one knows.
    expect(recorded).toEqual([0]);
  });

  it('ends at once while its client takes nothing', async () => {
    batches = [batch(6, entry(4))];
    session = sessionWith({ send: () => new Promise(() => undefined) });
    const running = session.run();
    await pause(5);
    session.end(new Problem('credential-revoked'));
    await running;
    expect(said.at(-1)).toEqual(['end', 3, 'credential-revoked']);
  });

  it.each([
    ['says so', () => goes()],
    ['shows it by a write that fails', () => undefined],
  ])('ends without a word when its client is gone and %s', async (how, go) => {
    batches = [batch(6, entry(4))];
    const fails = how.includes('write');
    const running = sessionWith({
      send: () => (fails ? Promise.reject(new Error('EPIPE')) : new Promise(() => {})),
    }).run();
    await pause(5);
    go();
    await running;
    expect(said).toEqual([['beat', 3]]);
    expect([recorded, isClosed]).toEqual([[0], true]);
  });

  it('tells its client no more than that something is wrong, and the log what', async () => {
    batches = [{ ...batch(6), entries: [{ ...entry(4), text: undefined as never }] }];
    await sessionWith({}).run();
    expect(said.at(-1)).toEqual(['end', 3, 'internal']);
    expect(said.at(-2)).toEqual([expect.anything(), 'a live stream failed']);
  });
});

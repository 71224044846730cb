import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Problem } from '../../errors.js';
import type { LiveEntry } from '../../stream/live-entry.js';
import { entryJson } from '../answers.js';
import type { LiveChannel } from './live-channel.js';
import { LiveSession, type SessionServices } from './live-session.js';
import { SseChannel } from './sse-channel.js';
import { WebSocketChannel } from './websocket-channel.js';

const TIMES = { heartbeatMs: 15_000, timeoutMs: 30_000, lifetimeMs: 3_600_000 };
const BATCH_CHARS = 100_000;

let server: Server;
let peer: Socket;
let isClosed: boolean;

/** Somebody to whom events come without end, or none at all. */
function sessionOf(channel: LiveChannel, hasEvents: boolean): LiveSession {
  const entry: LiveEntry = { index: 0, position: 1, text: `"${'x'.repeat(BATCH_CHARS)}"`, sealed: undefined };
  let end: (problem: Problem) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  ended.catch(() => undefined);
  const following = {
    start: 0,
    liveFrom: 0,
    read: async () => {
      await (hasEvents ? nextTurn() : ended);
      return { entries: [entry], next: 1, isLast: false };
    },
    changeGrant: async () => undefined,
    end,
    close: () => {
      isClosed = true;
    },
  };
  const request = {
    tenant: 'acme',
    headers: {},
    principal: {},
    authorization: { extentOf: () => 'none' },
    log: { error: () => undefined },
  } as unknown as FastifyRequest;
  const services = {
    tenants: { find: () => ({}) },
    audit: { read: async () => undefined },
    privacy: { personalData: { show: async (_tenant: string, entries: unknown[]) => entries.map(() => []) } },
  } as unknown as SessionServices;
  return new LiveSession(request, following, channel, { services, times: TIMES, json: entryJson });
}

/** Opens a connection whose other side takes nothing any more: as if its machine were gone, but the network not. */
async function open(headers: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  peer = connect(port, '127.0.0.1');
  await once(peer, 'connect');
  peer.write(`GET / HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
  peer.pause();
}

const connections = () =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

beforeEach(async () => {
  isClosed = false;
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  peer.destroy();
  server.close();
  await once(server, 'close');
});

test('server-sent events that a half-open connection does not take end after a while, and little is held for it', async () => {
  let waitingBytes = () => 0;
  const session = new Promise<LiveSession>((resolve) => {
    server.on('request', (_request, response) => {
      waitingBytes = () => response.writableLength;
      resolve(sessionOf(new SseChannel(response, 'r'), true));
    });
  });
  await open('');
  const stuck = await session;
  const running = stuck.run();
  // Once the buffers of the system are full, nothing is taken any more.
  for (let nowMs = 0; !isClosed; nowMs += 500) {
    stuck.look(nowMs);
    // One batch, however long the log grows.
    expect(waitingBytes()).toBeLessThan(2 * BATCH_CHARS);
    await nextTurn();
  }
  await running;
  await expect.poll(connections).toBe(0);
});

test('a WebSocket whose peer answers no ping ends after a while, also where events are taken', async () => {
  const sockets = new WebSocketServer({ server });
  const opened = once(sockets, 'connection');
  await open(
    'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  );
  const [socket] = await opened;
  const gone = sessionOf(new WebSocketChannel(socket), false);
  const running = gone.run();
  for (const nowMs of [0, 15_000, 44_999]) gone.look(nowMs);
  expect(isClosed).toBe(false);
  gone.look(45_000);
  await running;
  expect(isClosed).toBe(true);
  await expect.poll(connections).toBe(0);
});

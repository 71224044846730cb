import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSocket, rawBytes, readAnswer } from '../../support/raw-http.js';
import { HostileServer, REQUEST_TIMEOUT } from './hostile-server.js';

const CLIENTS = 40;
const MAX_REQUESTS = 50;

let server: HostileServer;
beforeAll(async () => {
  const env = { ATTESTLOG_REQUEST_TIMEOUT: REQUEST_TIMEOUT, ATTESTLOG_MAX_REQUESTS: String(MAX_REQUESTS) };
  server = await HostileServer.start(env);
});
afterAll(() => server?.process.dispose());

const post = (path: string, body: Uint8Array, ...headers: [string, string][]) =>
  rawBytes({
    method: 'POST',
    path,
    headers: [
      ['authorization', `Bearer ${server.process.key}`],
      ['content-type', path.endsWith('stream') ? 'application/x-ndjson' : 'application/json'],
      ...headers,
    ],
    body,
  });

/** Sends a byte now and then until the server ends the connection. */
async function drip(bytes: Uint8Array): Promise<Socket> {
  const socket = await openSocket(server.process.url);
  socket.resume();
  for (let at = 0; at < bytes.length && !socket.destroyed && socket.writable; at += 1) {
    socket.write(bytes.subarray(at, at + 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  socket.destroy();
  return socket;
}

async function requestsUnderWay(): Promise<number> {
  const response = await server.process.fetch('/metrics');
  return Number(/^attestlog_http_requests_under_way (\d+)/m.exec(await response.text())?.[1]);
}

test('clients that send their headers or bodies byte by byte are let go, and others are served meanwhile', async () => {
  const body = Buffer.from(JSON.stringify({ action: 'a.b', message: 'x'.repeat(1_000) }));
  const request = post('/api/v1/events', body);
  const head = request.length - body.length;
  const slow = Array.from({ length: CLIENTS }, async (_, i) => {
    if (i % 2 === 0) return drip(request);
    const socket = await openSocket(server.process.url);
    socket.write(request.subarray(0, head));
    socket.resume();
    for (let at = head; at < request.length && socket.writable && !socket.destroyed; at += 1) {
      socket.write(request.subarray(at, at + 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return socket;
  });
  await server.expectUnharmed();
  for (const socket of await Promise.all(slow)) socket.destroy();
  await expect.poll(requestsUnderWay).toBe(0);
});

test('clients that connect and say nothing, or stop in the middle, hold nothing for long', async () => {
  const request = post('/api/v1/events/batch', Buffer.from('[{"action":"a.b"}]'));
  const sockets = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, i) => {
      const socket = await openSocket(server.process.url);
      if (i % 2 === 0) socket.write(request.subarray(0, request.length - 5));
      return socket;
    }),
  );
  await expect.poll(requestsUnderWay).toBe(0);
  await server.expectUnharmed();
  for (const socket of sockets) socket.destroy();
});

test('clients of a stream that never read their results do not pile them up in the server', async () => {
  const lines = Buffer.from('{"action":"NOT AN ACTION","x":1}\n'.repeat(100_000));
  const sockets = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = await openSocket(server.process.url);
      socket.pause();
      socket.write(post('/api/v1/events/stream', lines));
      return socket;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await server.expectUnharmed();
  // Whoever does not read on is let go in the end.
  await expect.poll(requestsUnderWay).toBe(0);
  for (const socket of sockets) socket.destroy();
});

test('a client of a stream that reads late gets all of its results', async () => {
  const count = 5_000;
  const socket = await openSocket(server.process.url);
  socket.write(post('/api/v1/events/stream', Buffer.from('{"action":"NOT AN ACTION"}\n'.repeat(count))));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const answer = await readAnswer(socket);
  const lines = String(answer?.body).trim().split('\n');
  expect(lines).toHaveLength(count + 1);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ done: true, read: count, refused: count });
});

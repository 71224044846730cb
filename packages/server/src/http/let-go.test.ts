import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AUTHORIZED, type HttpOptions, type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';

let http: HttpService;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await http.close();
});

/** Connects and writes a text; resolves with the socket. */
async function say(text: string): Promise<Socket> {
  const { port } = http.app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return socket;
}

function head(method: string, path: string, more: Record<string, string> = {}): string {
  const headers = { host: 'x', ...AUTHORIZED, ...more };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

async function start(options: HttpOptions): Promise<void> {
  http = await startHttp(options);
  await http.listen();
}

const inside = () => http.services.gate.requests;

describe('whoever goes away is let out of the gate', () => {
  test('while the body is on its way', async () => {
    await start({});
    const body = head('POST', '/api/v1/events', { 'content-type': 'application/json', 'content-length': '1000' });
    const socket = await say(`${body}{"action":`);
    await expect.poll(inside).toBe(1);
    socket.destroy();
    await expect.poll(inside).toBe(0);
  });

  test('while the answer is being made, the request having come whole', async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await start({
      ports: (world) => {
        const yieldPoint = (label: string) => (label === 'store.page' ? held : Promise.resolve());
        return { store: openMemoryStore(world.store, { yieldPoint }) };
      },
    });
    const socket = await say(head('GET', '/api/v1/events'));
    await expect.poll(inside).toBe(1);
    socket.destroy();
    await expect.poll(inside).toBe(0);
    answer();
    expect((await http.get('/api/v1/events')).statusCode).toBe(200);
    expect(inside()).toBe(0);
  });

  test('many times over', async () => {
    await start({ settings: { 'max-requests': '8' } });
    for (let round = 0; round < 30; round++) {
      const socket = await say(
        head('POST', '/api/v1/events?wait=sealed', { 'content-type': 'application/json', 'content-length': '40' }),
      );
      if (round % 2 === 0) socket.write(JSON.stringify(sampleEvent(`e${round}`)).padEnd(40));
      socket.destroy();
    }
    await expect.poll(inside).toBe(0);
    expect((await http.post('/api/v1/events', sampleEvent('last'))).statusCode).toBe(201);
  });
});

test('whoever does not send its body in time is let go', async () => {
  await start({ settings: { 'request-timeout': '1s' } });
  // More than comes before the test gives up.
  const body = head('POST', '/api/v1/events', { 'content-type': 'application/json', 'content-length': '60000' });
  const socket = await say(body);
  const drip = setInterval(() => socket.write(' '), 100);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drip);
  await expect.poll(inside).toBe(0);
});

test('requests over the bound on bytes are turned away with 429, and the one that is inside is not', async () => {
  await start({ settings: { 'max-intake-bytes': '1MiB' } });
  const long = head('POST', '/api/v1/events', { 'content-type': 'application/json', 'content-length': '1500000' });
  await say(long);
  await expect.poll(inside).toBe(1);
  const answer = await http.post('/api/v1/events', sampleEvent('a'));
  expect([answer.statusCode, answer.json().code]).toEqual([429, 'too-many-requests']);
  expect((await http.app.inject('/healthz')).statusCode).toBe(200);
});

test('errors and refusals let out too', async () => {
  await start({});
  await http.post('/api/v1/events', '{');
  await http.post('/api/v1/events', 'x', { 'content-type': 'text/plain' });
  await http.request({ method: 'DELETE', url: '/api/v1/events' });
  await http.get('/api/v1/events/none');
  await http.get('/log/default/checkpoint');
  expect(inside()).toBe(0);
});

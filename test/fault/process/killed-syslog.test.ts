import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';

const MESSAGES = 12_000;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'attestlog-killed-syslog-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

const messageOf = (place: number) => {
  const time = `2025-10-06T12:54:12.${String(place).padStart(6, '0')}Z`;
  return `<13>1 ${time} web orders - - - order ${place}`;
};

test('of a connection, a killed server has the beginning without a hole, and a repeat adds only what is missing', async () => {
  const port = await freePort();
  const env = { ATTESTLOG_SYSLOG_TCP: `127.0.0.1:${port}`, ATTESTLOG_SYSLOG_TENANT: 'acme' };
  let server = await ServerProcess.start({ data, env });
  try {
    const socket = await send(port);
    await eventually('some are recorded', async () => ((await sizeOf(server)) > 100 ? true : undefined));
    await server.kill();
    socket.destroy();
    server = await ServerProcess.start({ data, env });
    const survived = await numbersOf(server);
    expect(survived.length).toBeGreaterThan(100);
    expect(survived).toEqual(Array.from({ length: survived.length }, (_, i) => i));
    (await send(port)).end();
    await eventually('all are recorded', async () => ((await sizeOf(server)) >= MESSAGES ? true : undefined));
    expect(await numbersOf(server)).toEqual(Array.from({ length: MESSAGES }, (_, i) => i));
  } finally {
    await server.dispose();
  }
});

/** Writes all messages into a connection, as fast as it takes them. */
async function send(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (let place = 0; place < MESSAGES; place++) {
    const message = messageOf(place);
    socket.write(`${Buffer.byteLength(message)} ${message}`);
  }
  return socket;
}

async function sizeOf(server: ServerProcess): Promise<number> {
  const answer = await server.fetch('/api/v1/log', { tenant: 'acme' });
  return answer.ok ? ((await answer.json()) as { size: number }).size : 0;
}

/** The numbers of the messages that are in the log, in its order. */
async function numbersOf(server: ServerProcess): Promise<number[]> {
  const found: [index: number, number: number][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({
      limit: '1000',
      q: 'source.process:orders',
      ...(cursor === '' ? {} : { cursor }),
    });
    const answer = await server.fetch(`/api/v1/events?${query}`, { tenant: 'acme' });
    if (answer.status === 404) return [];
    const page = (await answer.json()) as {
      events: { index: number; event: { message: string } }[];
      next: string | null;
    };
    for (const { index, event } of page.events) found.push([index, Number(event.message.split(' ')[1])]);
    cursor = page.next;
  }
  return found.sort(([a], [b]) => a - b).map(([, number]) => number);
}

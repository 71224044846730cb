import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendersOf, syslogParts } from '../../../testing/syslog-world.js';
import { DatagramListener, type DatagramListenerParts } from './datagram-listener.js';

let parts: ReturnType<typeof syslogParts>;
let listener: DatagramListener;
let port: number;

beforeEach(() => {
  parts = syslogParts();
});
afterEach(() => listener.stop(AbortSignal.abort()));

async function listen(changes: Partial<DatagramListenerParts> = {}): Promise<void> {
  const recordLoss = async (_tenant: string, loss: { messages: number; bytes: number }) => void parts.losses.push(loss);
  listener = new DatagramListener({ ...parts, recordLoss, ...changes });
  port = await listener.listen({ host: '127.0.0.1', port: 0 });
}

async function send(...texts: string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const text of texts) {
    await new Promise<void>((resolve, reject) => {
      socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  }
  socket.close();
}

test('each datagram is a message, whatever it holds', async () => {
  await listen();
  await send('<13>1 - - - - - - a\nb', '<13>Oct  6 12:54:12 web app: c\n', 'd', '\n');
  await expect.poll(() => parts.intake.messages).toEqual(['a\nb', 'c', 'd']);
  expect([...parts.intake.events.values()][0]!.metadata!.syslog).toMatchObject({
    transport: { listener: 'udp', peer: '127.0.0.1' },
  });
});

test('one of a sender whose messages go into no tenant’s log is dropped, and told of', async () => {
  await listen({ senders: sendersOf(['10.0.0.0/8=acme']) });
  await send('a');
  await expect.poll(() => parts.observer.refusals).toHaveLength(1);
  expect(parts.intake.calls).toBe(0);
});

test('what is more than can be kept is dropped, counted, and put on record afterwards', async () => {
  await listen({ maxQueuedBytes: 600 });
  let letGo = () => {};
  parts.intake.gate = new Promise((resolve) => {
    letGo = resolve;
  });
  await send('first');
  await expect.poll(() => parts.intake.calls).toBe(1);
  await send('second', 'third', 'fourth');
  await expect.poll(() => parts.observer.fates.lost).toBe(2);
  letGo();
  await expect.poll(() => parts.losses).toEqual([{ messages: 2, bytes: 11 }]);
  expect(parts.intake.messages).toEqual(['first', 'second']);
});

test('stopping records what was taken', async () => {
  await listen();
  let letGo = () => {};
  parts.intake.gate = new Promise((resolve) => {
    letGo = resolve;
  });
  await send('a');
  await expect.poll(() => parts.intake.calls).toBe(1);
  const stopped = listener.stop(AbortSignal.timeout(10_000));
  letGo();
  await stopped;
  expect(parts.intake.messages).toEqual(['a']);
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectTo, sendersOf, syslogParts } from '../../../testing/syslog-world.js';
import { Problem } from '../../errors.js';
import { StreamListener, type StreamListenerParts } from './stream-listener.js';

let parts: ReturnType<typeof syslogParts>;
let listener: StreamListener;
let port: number;
const sockets: Socket[] = [];

beforeEach(() => {
  parts = syslogParts();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener.stop(AbortSignal.abort());
});

async function listen(changes: Partial<StreamListenerParts> = {}): Promise<void> {
  listener = new StreamListener({ ...parts, ...changes }, undefined);
  port = await listener.listen({ host: '127.0.0.1', port: 0 });
}

async function open(): Promise<Socket> {
  const socket = await connectTo(port);
  sockets.push(socket);
  return socket;
}

const line = (text: string) => `<13>1 2025-10-06T12:54:12.025979Z web app - - - ${text}\n`;
const lines = (count: number, prefix = 'm') => Array.from({ length: count }, (_, i) => line(`${prefix}${i}`)).join('');
const names = (count: number, prefix = 'm') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const recorded = (count: number) => expect.poll(() => parts.intake.events.size).toBe(count);

describe('messages of a connection', () => {
  test('are recorded in their order, with the way they came', async () => {
    await listen();
    const socket = await open();
    socket.write(lines(3));
    socket.write('30 <13>1 - - - - - - a\nb and more');
    await recorded(4);
    expect(parts.intake.messages).toEqual(['m0', 'm1', 'm2', 'a\nb and more']);
    expect(parts.intake.tenants).toContain('acme');
    const [event] = parts.intake.events.values();
    expect(event!.metadata!.syslog).toMatchObject({ transport: { listener: 'tcp', peer: '127.0.0.1' } });
  });

  test('that were sent before, over another connection, are repeats', async () => {
    await listen();
    for (let round = 0; round < 2; round++) (await open()).end(lines(5));
    await expect.poll(() => parts.observer.fates).toEqual({ recorded: 5, duplicate: 5 });
  });

  test('of no form at all are recorded as they are', async () => {
    await listen();
    (await open()).end(Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0xff, 0x00, 0x0a])]));
    await recorded(2);
    expect(parts.intake.messages[0]).toBe('GET / HTTP/1.1');
  });

  test('that are too long are recorded as far as they may be', async () => {
    await listen();
    (await open()).end(`${line('x'.repeat(5000))}${line('next')}`);
    await recorded(2);
    const [event] = parts.intake.events.values();
    expect(event!.metadata!.syslog).toMatchObject({
      transport: { dropped_bytes: line('x'.repeat(5000)).length - 1001 },
    });
  });

  test.each([
    ['ends', (socket: Socket) => socket.end()],
    ['breaks', (socket: Socket) => socket.resetAndDestroy()],
  ])('whose connection %s are recorded as far as they came', async (_how, end) => {
    await listen();
    const socket = await open();
    socket.write(`${line('whole')}50 <13>1 - - - - - - half`);
    await recorded(1);
    end(socket);
    await recorded(2);
    expect([...parts.intake.events.values()][1]).toMatchObject({
      message: 'half',
      metadata: { syslog: { transport: { cut: true } } },
    });
  });
});

describe('a sender', () => {
  test('is slowed down while nothing can be recorded, and loses nothing by it', async () => {
    await listen();
    let letGo = () => {};
    parts.intake.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    const socket = await open();
    // More than the system's buffers take.
    const count = 20_000;
    const pad = 'x'.repeat(800);
    let flushed = false;
    socket.write(
      names(count)
        .map((name) => line(`${name}${pad}`))
        .join(''),
      () => {
        flushed = true;
      },
    );
    await expect.poll(() => parts.intake.calls).toBe(1);
    // Long enough for the system's buffers to fill, and for whoever would read on to do so.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([flushed, parts.intake.calls]).toEqual([false, 1]);
    letGo();
    await recorded(count);
    expect(parts.intake.mostUnderWay).toBe(1);
    expect(parts.intake.messages.map((message) => message?.slice(0, -pad.length))).toEqual(names(count));
  });

  test('that sends half a message and waits is not waited for without end', async () => {
    await listen({ limits: { messageMs: 50, quietMs: 50 } });
    const socket = await open();
    socket.write('<13>half');
    await once(socket, 'close');
    expect(parts.intake.messages).toEqual(['half']);
  });

  test('that is idle between messages is left alone', async () => {
    await listen({ limits: { messageMs: 20, quietMs: 20 } });
    const socket = await open();
    socket.write(line('a'));
    await recorded(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    socket.write(line('b'));
    await recorded(2);
  });

  test('whose messages go into no tenant’s log is cut off, and told of', async () => {
    await listen({ senders: sendersOf(['10.0.0.0/8=acme']) });
    await once(await open(), 'close');
    expect(parts.observer.refusals).toEqual(['no tenant takes messages of this sender']);
  });

  test('from an address that the tenant does not allow is cut off', async () => {
    await listen({ allowsAddress: async () => false });
    await once(await open(), 'close');
    expect(parts.observer.refusals).toHaveLength(1);
  });

  test('beyond the bound on connections is cut off, and the others go on', async () => {
    await listen({ maxConnections: 2 });
    const [first] = [await open(), await open()];
    await expect.poll(() => parts.observer.open).toBe(2);
    await once(await open(), 'close');
    expect(parts.observer.refusals).toEqual(['too many connections']);
    first!.write(line('still'));
    await recorded(1);
  });
});

describe('when recording fails', () => {
  test.each([
    ['and was not applied', false],
    ['although it was applied', true],
  ])('%s, it is tried again until it succeeds, and nothing is there twice', async (_how, applied) => {
    const error = new Problem('journal-unavailable');
    parts.intake.failures.push({ error, applied }, { error, applied });
    await listen();
    // Without a time of its own, its id is made once and kept.
    (await open()).end('<13>no time\n');
    await expect.poll(() => parts.intake.calls).toBe(3);
    await recorded(1);
    expect(parts.observer.troubles).toEqual(['recording messages failed; it is tried again']);
  });

  test('for good, the connection is ended, and the messages are counted as lost', async () => {
    parts.intake.failures.push({ error: new Problem('tenant-suspended'), applied: false });
    await listen();
    const socket = await open();
    socket.write(lines(2));
    await once(socket, 'close');
    expect(parts.observer.fates).toEqual({ lost: 2 });
  });
});

describe('stopping', () => {
  test('takes what has arrived, and tells the senders', async () => {
    await listen();
    let letGo = () => {};
    parts.intake.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    const socket = await open();
    const ended = once(socket, 'end');
    socket.resume();
    await new Promise((resolve) => socket.write(lines(3000), resolve));
    await expect.poll(() => parts.intake.calls).toBe(1);
    const stopped = listener.stop(AbortSignal.timeout(10_000));
    letGo();
    await stopped;
    await ended;
    expect(parts.intake.messages).toEqual(names(3000));
  });

  test('does not wait beyond the deadline', async () => {
    parts.intake.gate = Promise.resolve();
    for (let i = 0; i < 100; i++) parts.intake.failures.push({ error: new Problem('journal-full'), applied: false });
    await listen();
    (await open()).write(lines(2));
    await expect.poll(() => parts.intake.calls).toBeGreaterThan(0);
    await listener.stop(AbortSignal.timeout(50));
    expect(parts.observer.fates).toEqual({ lost: 2 });
  });
});

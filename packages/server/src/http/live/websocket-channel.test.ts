import { EventEmitter } from 'node:events';
import type { WebSocket } from '@fastify/websocket';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Problem } from '../../errors.js';
import { FAREWELL_MS } from './live-channel.js';
import { WebSocketChannel } from './websocket-channel.js';

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly sent: string[] = [];
  closed: [number, string] | undefined;
  pings = 0;
  answersClose = true;
  terminated = false;

  send(text: string, done: (error?: Error) => void): void {
    this.sent.push(text);
    done(this.readyState === this.OPEN ? undefined : new Error('not open'));
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
    // Later, when the other side has answered.
    if (this.answersClose) queueMicrotask(() => this.emit('close'));
  }

  terminate(): void {
    this.terminated = true;
    this.emit('close');
  }
}

let socket: FakeSocket;
let channel: WebSocketChannel;

beforeEach(() => {
  socket = new FakeSocket();
  channel = new WebSocketChannel(socket as unknown as WebSocket);
});

describe('a WebSocket', () => {
  it('pings, and knows whether that was answered', () => {
    expect(channel.probe.isUnanswered).toBe(false);
    channel.probe.ask();
    expect([channel.probe.isUnanswered, socket.pings]).toEqual([true, 1]);
    socket.emit('pong');
    expect(channel.probe.isUnanswered).toBe(false);
  });

  it('takes each event as a message, and tells of the last one when it is taken', async () => {
    await channel.send([
      { index: 1, json: 'a' },
      { index: 2, json: 'b' },
    ]);
    expect(socket.sent).toEqual(['a', 'b']);
    socket.readyState = 3;
    await expect(channel.send([{ index: 3, json: 'c' }])).rejects.toThrow('not open');
  });

  it.each([
    [undefined, 1000, 'done; next=7'],
    ['shutting-down', 1001, 'shutting-down; next=7'],
    ['permission-denied', 1008, 'permission-denied; next=7'],
    ['stream-stalled', 1013, 'stream-stalled; next=7'],
    ['registry-unavailable', 1013, 'registry-unavailable; next=7'],
  ] as const)('closes for %s with %d', (code, status, reason) => {
    channel.end(7, code && new Problem(code));
    expect(socket.closed).toEqual([status, reason]);
    expect(JSON.parse(socket.sent[0]!)).toMatchObject({ type: 'end', next: 7 });
  });

  it.each([true, false])('is cut off unless its client answers the close in time (%s)', async (answers) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    socket.answersClose = answers;
    channel.end(7);
    await vi.advanceTimersByTimeAsync(FAREWELL_MS);
    expect(socket.terminated).toBe(!answers);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('closes on whoever sends anything', () => {
    socket.emit('message', 'hello');
    expect(socket.closed?.[0]).toBe(1003);
  });

  it('tells that its client is gone, also when it was gone before', () => {
    let gone = 0;
    channel.onGone(() => {
      gone += 1;
    });
    socket.emit('close');
    socket.readyState = 3;
    channel.onGone(() => {
      gone += 1;
    });
    expect(gone).toBe(2);
  });
});

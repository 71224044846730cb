import { EventEmitter } from 'node:events';
import type { WebSocket } from '@fastify/websocket';
import { beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../errors.js';
import { WebSocketChannel } from './websocket-channel.js';

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly sent: string[] = [];
  closed: [number, string] | undefined;
  pings = 0;

  send(text: string, done: (error?: Error) => void): void {
    this.sent.push(text);
    done(this.readyState === this.OPEN ? undefined : new Error('not open'));
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
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
  it('is dead when a ping is not answered before the next one', async () => {
    await channel.beat(1);
    socket.emit('pong');
    await channel.beat(2);
    await expect(channel.beat(3)).rejects.toMatchObject({ code: 'stream-stalled' });
    expect(socket.pings).toBe(2);
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

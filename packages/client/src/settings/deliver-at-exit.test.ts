import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { deliverAtExit } from './deliver-at-exit.js';

class PlayedProcess extends EventEmitter {
  readonly pid = 7;
  readonly kill = vi.fn();
}
const client = () => ({ flush: vi.fn(async () => {}), close: vi.fn(async () => {}) });

it('delivers when nothing else is to be done, and lets go when it is closed', () => {
  const played = new PlayedProcess();
  const audit = client();
  const letGo = deliverAtExit(audit, { flushOnExit: true, signals: [] }, played);
  played.emit('beforeExit');
  expect(audit.close).toHaveBeenCalledTimes(1);
  letGo();
  expect(played.eventNames()).toEqual([]);
});

it('closes at a signal, and then lets it end the process', async () => {
  const played = new PlayedProcess();
  const audit = client();
  deliverAtExit(audit, { flushOnExit: false, signals: ['SIGTERM'] }, played);
  expect(played.listenerCount('beforeExit')).toBe(0);
  played.emit('SIGTERM');
  expect(audit.close).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(played.kill).toHaveBeenCalledWith(7, 'SIGTERM'));
  // Nobody listens any more, so the signal does what it always does.
  expect(played.listenerCount('SIGTERM')).toBe(0);
});

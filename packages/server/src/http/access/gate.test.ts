import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gate } from './gate.js';

const full = expect.objectContaining({ code: 'too-many-requests', retryAfterSeconds: 1 });

test('as many requests are let in as may be, and another one for each that left', () => {
  const gate = new Gate({ maxRequests: 2, maxBytes: 100 });
  const { leave } = gate.enter(1);
  gate.enter(1);
  expect(() => gate.enter(1)).toThrow(full);
  leave();
  leave();
  expect(gate.requests).toBe(1);
  gate.enter(1);
  expect(() => gate.enter(1)).toThrow(full);
});

test('bytes are bounded, but one request always gets in', () => {
  const gate = new Gate({ maxRequests: 10, maxBytes: 100 });
  const { leave } = gate.enter(1000);
  expect(() => gate.enter(1)).toThrow(full);
  leave();
  gate.enter(60);
  gate.enter(40);
  expect(() => gate.enter(1)).toThrow(full);
});

test('what a request turns out to hold counts, until it leaves', () => {
  const gate = new Gate({ maxRequests: 10, maxBytes: 100 });
  const first = gate.enter(10);
  const second = gate.enter(10);
  first.hold(80);
  first.hold(20);
  expect(() => second.hold(30)).toThrow(full);
  expect(() => gate.enter(11)).toThrow(full);
  first.leave();
  second.hold(1000);
  expect(() => gate.enter(1)).toThrow(full);
  second.leave();
  gate.enter(60);
  gate.enter(40);
});

test('whoever comes and goes, the bounds hold, and when all have left it is empty', () => {
  const step = fc.record({ leaves: fc.boolean(), bytes: fc.nat(50), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const gate = new Gate({ maxRequests: 5, maxBytes: 100 });
      const inside: { bytes: number; leave: () => void }[] = [];
      for (const { leaves, bytes, which } of steps) {
        if (leaves) inside.splice(which % (inside.length || 1), 1)[0]?.leave();
        else {
          try {
            inside.push({ bytes, leave: gate.enter(bytes).leave });
          } catch {
            // Turned away.
          }
        }
        const held = inside.reduce((sum, each) => sum + each.bytes, 0);
        expect(gate.requests).toBe(inside.length);
        expect(inside.length <= 5 && (held <= 100 || inside.length === 1)).toBe(true);
      }
      for (const { leave } of inside) leave();
      expect(gate.requests).toBe(0);
      expect(() => gate.enter(1000)).not.toThrow();
    }),
  );
});

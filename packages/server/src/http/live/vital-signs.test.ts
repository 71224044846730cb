import { beforeEach, describe, expect, it } from 'vitest';
import { VitalSigns } from './vital-signs.js';

const times = { heartbeatMs: 15, timeoutMs: 30, lifetimeMs: 100 };

describe('a client that can be asked', () => {
  let asked: number;
  let probe: { ask: () => void; isUnanswered: boolean };
  let signs: VitalSigns;
  const answer = () => {
    probe.isUnanswered = false;
  };

  beforeEach(() => {
    asked = 0;
    probe = {
      ask: () => {
        asked += 1;
        probe.isUnanswered = true;
      },
      isUnanswered: false,
    };
    signs = new VitalSigns(probe, times);
    signs.look(1000);
  });

  it('is asked every now and then, whether anything is sent or not, and as long as it answers', () => {
    for (let nowMs = 1000; nowMs <= 1300; nowMs += 5) {
      signs.write()();
      expect(signs.look(nowMs)).toBeUndefined();
      answer();
    }
    expect(asked).toBe(20);
  });

  it('is gone when it does not answer in time, and has its time from the question on', () => {
    expect([signs.look(1014), asked]).toEqual([undefined, 0]);
    expect([signs.look(1015), asked]).toEqual([undefined, 1]);
    // What the system takes for it is no answer.
    signs.write()();
    expect([signs.look(1044), asked]).toEqual([undefined, 1]);
    expect(signs.look(1045)).toMatchObject({ code: 'stream-stalled' });
  });

  it('answers late while it still takes what had to wait before', () => {
    signs.look(1015);
    const written = signs.write();
    signs.look(1030);
    written();
    expect(signs.look(1050)).toBeUndefined();
    expect(signs.look(1079)).toBeUndefined();
    expect(signs.look(1080)).toMatchObject({ code: 'stream-stalled' });
  });
});

describe('a client that cannot be asked', () => {
  it('is gone when it has taken one thing not at all for so long', () => {
    const signs = new VitalSigns(undefined, times);
    for (let nowMs = 0; nowMs < 60; nowMs += 20) {
      const written = signs.write();
      expect(signs.look(nowMs)).toBeUndefined();
      written();
    }
    signs.write();
    expect([signs.look(60), signs.look(89)]).toEqual([undefined, undefined]);
    expect(signs.look(90)).toMatchObject({ code: 'stream-stalled' });
  });

  it('has to come again after a time, unless there is none', () => {
    const signs = new VitalSigns(undefined, times);
    expect([signs.look(7), signs.look(106)]).toEqual([undefined, undefined]);
    expect(signs.look(107)).toMatchObject({ code: 'stream-expired', status: 408 });
    const endless = new VitalSigns(undefined, { ...times, lifetimeMs: 0 });
    expect([endless.look(7), endless.look(1e12)]).toEqual([undefined, undefined]);
  });
});

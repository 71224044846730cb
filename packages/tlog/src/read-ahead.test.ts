import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.js';

describe('readAhead', () => {
  it('gives results in order with bounded reads under way', async () => {
    let [under, most] = [0, 0];
    const read = async (i: number) => {
      under += 1;
      most = Math.max(most, under);
      for (let turn = (i * 7) % 5; turn >= 0; turn--) await Promise.resolve();
      under -= 1;
      return i;
    };
    const seen: number[] = [];
    for await (const i of readAhead(50, 4, read)) seen.push(i);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(most).toBe(4);
  });

  it('rejects with the first failure in order, and lets later ones pass unheard', async () => {
    const seen: number[] = [];
    const run = async () => {
      const read = (i: number) => (i >= 2 ? Promise.reject(new Error(`read ${i}`)) : Promise.resolve(i));
      for await (const i of readAhead(10, 5, read)) seen.push(i);
    };
    await expect(run()).rejects.toThrow('read 2');
    expect(seen).toEqual([0, 1]);
  });

  it('stops for a signal', async () => {
    const controller = new AbortController();
    const run = async () => {
      for await (const i of readAhead(10, 2, async (n) => n, controller.signal))
        if (i === 3) controller.abort(new Error('stop'));
    };
    await expect(run()).rejects.toThrow('stop');
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedPipeline } from './ordered-pipeline.js';

interface Item {
  place: number;
  key: string | undefined;
  /** Turns of the event loop that each step takes. */
  preparing: number;
  delivering: number;
}

const turns = async (count: number) => {
  for (let index = 0; index < count; index++) await turn();
};

describe('an ordered pipeline', () => {
  it('keeps the order of delivery, and of one key in preparation, whatever takes how long', async () => {
    const item = fc.record({
      key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      preparing: fc.nat(4),
      delivering: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 25 }), fc.integer({ min: 1, max: 6 }), async (drawn, bound) => {
        const items = drawn.map((each, place): Item => ({ ...each, place }));
        const [started, ended, delivered, finished]: number[][] = [[], [], [], []];
        let [preparing, most] = [0, 0];
        const pipeline = new OrderedPipeline<Item, Item>({
          keyOf: ({ key }) => key,
          prepare: async (each) => {
            started!.push(each.place);
            most = Math.max(most, ++preparing);
            for (const before of items.slice(0, each.place)) {
              const mustBeOver = before.key === undefined || each.key === undefined || before.key === each.key;
              if (mustBeOver) expect(ended).toContain(before.place);
            }
            await turns(each.preparing);
            preparing--;
            ended!.push(each.place);
            return each;
          },
          deliver: async (each) => {
            delivered!.push(each.place);
            await turns(each.delivering);
          },
          finish: ({ place }) => void finished!.push(place),
          maxUnderWay: 8,
          maxPreparing: bound,
        });
        for (const each of items) {
          await pipeline.push(each);
          expect(each.place + 1 - finished!.length).toBeLessThan(8);
        }
        await pipeline.drain();
        const inOrder = items.map(({ place }) => place);
        expect([delivered, finished]).toEqual([inOrder, inOrder]);
        expect(most).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 100 },
    );
  });

  it('ends with what failed, and finishes nothing behind it', async () => {
    const finished: number[] = [];
    const pipeline = new OrderedPipeline<number, number>({
      keyOf: String,
      prepare: async (item) => item,
      deliver: async (item) => {
        if (item === 2) throw new Error('disk full');
      },
      finish: (item) => void finished.push(item),
      maxUnderWay: 3,
      maxPreparing: 2,
    });
    const all = (async () => {
      for (const item of [1, 2, 3, 4, 5, 6, 7]) await pipeline.push(item);
      await pipeline.drain();
    })();
    await expect(all).rejects.toThrow('disk full');
    expect(finished).toEqual([1]);
  });
});

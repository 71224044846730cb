import { RandomOperations } from './random-operations.js';

// node operate.js ROOT OUTSIDE SEED COUNT: does that many operations at random, as fast as it can.
const [root, outside, seed, count] = process.argv.slice(2);
const operations = new RandomOperations({ root: root!, outside: outside!, seed: Number(seed), nowMs: Date.now });
for (let done = 0; done < Number(count); done++) operations.step();

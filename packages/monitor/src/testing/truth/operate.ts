import { workerData } from 'node:worker_threads';
import { RandomOperations } from './random-operations.js';

/** A thread of its own that does operations at random, as fast as it can. */
export interface OperateData {
  readonly root: string;
  readonly outside: string;
  readonly seed: number;
  readonly count: number;
}

const { count, ...options } = workerData as OperateData;
const operations = new RandomOperations({ ...options, nowMs: Date.now });
for (let done = 0; done < count; done++) operations.step();

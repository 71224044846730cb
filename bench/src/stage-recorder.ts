// Loaded into a server before it starts (node --import): writes down when each chunk of the journal, each batch and each
// event that is watched has come how far, and puts it all into the file that STAGES_FILE names when the process ends.
// It wraps public methods, so the server itself has nothing of it.
import { writeFileSync } from 'node:fs';
import { Engine } from '../../packages/server/dist/adapters/chdb/engine.js';
import { SseChannel } from '../../packages/server/dist/http/live/sse-channel.js';
import { Heads } from '../../packages/server/dist/sequencer/heads.js';
import { PreparedBatch } from '../../packages/server/dist/sequencer/prepared-batch.js';
import { Progress } from '../../packages/server/dist/sequencer/progress.js';
import { ReadAhead } from '../../packages/server/dist/sequencer/read-ahead.js';
import { LiveTail } from '../../packages/server/dist/stream/live-tail.js';
import { Subscriber } from '../../packages/server/dist/stream/subscriber.js';
import { monotonicMs, type RecordedBatch, type Recording } from './recorded-stages.js';

const RECORDS_PER_CHUNK = 1024;

const recording: Recording = { acknowledged: [], read: [], batches: [], matched: [], written: [] };
const matched = new Set<number>();
const written = new Set<number>();
let acknowledgedThrough = 0;
/** The one that is being carried out. */
let batch: RecordedBatch = newBatch();

function newBatch(): RecordedBatch {
  return { after: 0, through: 0, taken: 0, fixed: 0, built: 0, inserted: 0, committed: 0, published: 0 };
}

/** Calls back before a method is called, with what it is called with, and after it has resolved. */
function watch<T extends object, Name extends keyof T>(
  prototype: T,
  name: Name,
  before: (...given: never[]) => void,
  after: (result: never, ...given: never[]) => void = () => undefined,
): void {
  const original = prototype[name] as (...given: unknown[]) => unknown;
  prototype[name] = function (this: unknown, ...given: never[]) {
    before(...given);
    const result = original.apply(this, given);
    if (result instanceof Promise) result.then((value) => after(value as never, ...given)).catch(() => undefined);
    return result;
  } as T[Name];
}

watch(Progress.prototype, 'acknowledge', (sequence: number) => {
  if (sequence <= acknowledgedThrough) return;
  acknowledgedThrough = sequence;
  recording.acknowledged.push([sequence, monotonicMs()]);
});
watch(PreparedBatch.prototype, 'add', ({ sequence }: { sequence: number }) => {
  recording.read.push([sequence, monotonicMs()]);
});
watch(
  ReadAhead.prototype,
  'next',
  () => undefined,
  ({ after, through }: { after: number; through: number }) => {
    batch = { ...newBatch(), after, through, taken: monotonicMs() };
  },
);
watch(Heads.prototype, 'load', () => (batch.fixed = monotonicMs()));
watch(Heads.prototype, 'write', () => (batch.built = monotonicMs()));
watch(
  Engine.prototype,
  'insert',
  () => undefined,
  () => (batch.inserted = monotonicMs()),
);
watch(LiveTail.prototype, 'publish', () => (batch.published = monotonicMs()));
watch(Progress.prototype, 'advance', (through: number) => {
  if (through !== batch.through || batch.committed > 0) return;
  batch.committed = monotonicMs();
  recording.batches.push(batch);
});
watch(Subscriber.prototype, 'offer', ({ index, position }: { index: number; position: number }) => {
  if (matched.has(index)) return;
  matched.add(index);
  recording.matched.push([index, Math.floor(position / RECORDS_PER_CHUNK), monotonicMs()]);
});
watch(SseChannel.prototype, 'send', (messages: readonly { index: number }[]) => {
  const now = monotonicMs();
  for (const { index } of messages) {
    if (written.has(index)) continue;
    written.add(index);
    recording.written.push([index, now]);
  }
});

process.once('exit', () => writeFileSync(process.env.STAGES_FILE!, JSON.stringify(recording)));

// One core, no disk, no network: what each step of the path costs an event, in CPU time of the main thread.
import { createHash, hash as hashOnce } from 'node:crypto';
import {
  type AdmissionContext,
  admitEvent,
  canonicalJson,
  eventInputSchema,
  formatNs,
  parseJsonArray,
  utf8,
} from '@attestlog/event';
import { GrowingTree, leafHash } from '@attestlog/tlog';
import { CanonicalWriter } from '../../packages/event/dist/canonical-bytes.js';
import { schemaPredicate } from '../../packages/event/dist/schema-predicate.js';
import { encodeRecord } from '../../packages/server/dist/adapters/lmdb/checked-record.js';
import { hashKey, IdHasher } from '../../packages/server/dist/identity/id-hash.js';
import { RecentIds } from '../../packages/server/dist/identity/recent-ids.js';
import { encodeChunks, type JournalRecord } from '../../packages/server/dist/records/record-codec.js';
import { RecordColumns } from '../../packages/server/dist/records/record-columns.js';
import { PreparedBatch } from '../../packages/server/dist/sequencer/prepared-batch.js';
import { makeEvent } from './events.js';
import { type CpuCost, measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { renewEvent, timeTextNow } from './outgoing-event.js';
import { Random } from './random.js';
import { publish } from './report.js';

const options = readOptions('leaf', 'What each step of the hot path costs on one core, without I/O.', {
  seconds: { help: 'time for each step', default: '1' },
});
const EVENTS = 1000;
const KEY = Buffer.alloc(8);

const text = makeBody();
const body = Buffer.from(text);
const values = parseJsonArray(text, EVENTS).items!.map((item) => item.value!);
const receivedAtNs = BigInt(Date.now()) * 1_000_000n;
const context: AdmissionContext = {
  receivedAt: formatNs(receivedAtNs),
  receivedAtNs,
  newId: () => '',
  maxFutureSkewMs: 300_000,
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
};
const records: JournalRecord[] = values.map((value) => {
  const admitted = admitEvent(value, context);
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  return { id: admitted.id, timeNs: admitted.timeNs, receivedAtNs, entry: admitted.entry, sealed: undefined };
});
const stored = values.map((value) => ({ ...(value as object), received_at: context.receivedAt }));
const chunks = encodeChunks('tenant-001', records);
const entries = records.map(({ entry }) => entry);
const results = records.map(({ id }, place) => ({ status: 'stored', id, position: 4_096_000 + place }));
const hasher = new IdHasher(1);
const isSurelyValid = schemaPredicate(eventInputSchema);
const writer = new CanonicalWriter();
const leaves = Buffer.concat(entries.map(leafHash));

/** Steps by the part that they belong to; each handles all events once. */
const steps: [part: string, step: string, run: () => unknown][] = [
  ['read', 'body to text', () => body.toString('utf8')],
  ['read', 'JSON.parse alone', () => JSON.parse(text)],
  ['read', 'parseJsonArray', () => parseJsonArray(text, EVENTS)],
  ['admit', 'schema alone (Zod)', () => values.map((value) => eventInputSchema.safeParse(value).success)],
  ['admit', 'predicate of the schema', () => values.map((value) => isSurelyValid(value))],
  ['admit', 'canonical JSON alone', () => stored.map((event) => canonicalJson(event))],
  ['admit', 'canonical JSON to text to bytes', () => stored.map((event) => utf8(canonicalJson(event)))],
  ['admit', 'canonical bytes', () => stored.map((event) => writer.write(event))],
  ['admit', 'JSON.stringify (for comparison)', () => stored.map((event) => JSON.stringify(event))],
  ['admit', 'admitEvent', () => values.map((value) => admitEvent(value, context))],
  ['identity', 'hash of an id', () => records.map(({ id }) => hashKey(hasher.hash('tenant-001', id)))],
  ['identity', 'Map with 1,000 ids', () => new Map(records.map(({ id }) => [hashKey(hasher.hash('t', id)), 1]))],
  ['identity', 'recent ids: add', () => addIds()],
  ['journal', 'encodeChunks', () => encodeChunks('tenant-001', records)],
  ['journal', 'checksum and copy', () => chunks.map((bytes) => encodeRecord(KEY, { number: 1, bytes }))],
  ['journal', 'records of chunks', () => readChunks()],
  ['tree', 'SHA-256 alone', () => entries.map((entry) => hashOnce('sha256', entry, 'binary'))],
  ['tree', 'leafHash', () => entries.map((entry) => leafHash(entry))],
  ['tree', 'prepared: records, hashes of ids and leaves', () => prepare()],
  ['tree', 'append leaf hashes', () => growTree()],
  ['answer', 'JSON.stringify of results', () => JSON.stringify({ stored: EVENTS, results })],
];

const costs: { part: string; step: string; cost: CpuCost }[] = [];
for (const [part, step, run] of steps) {
  costs.push({ part, step, cost: measureCpu(run, options.number('seconds') * 1000) });
}
const perEventUs = (cost: CpuCost) => (cost.medianMs * 1000) / EVENTS;
const leaf = 1e6 / perEventUs(costs.find(({ step }) => step === 'leafHash')!.cost);
await publish(
  {
    bench: 'leaf',
    settings: { events: EVENTS, bytesPerEntry: mean(entries.map((entry) => entry.length)) },
    tables: [
      {
        title: `CPU time of one core for an event (entries of ${Math.round(mean(entries.map((e) => e.length)))} bytes)`,
        columns: ['step', 'part', 'µs an event', 'k events/s'],
        rows: costs.map(({ part, step, cost }) => [step, part, perEventUs(cost), 1000 / perEventUs(cost)]),
      },
    ],
    aims: [{ what: 'leaf hashes', aim: '>= 500 k/s', seen: `${Math.round(leaf / 1000)} k/s`, met: leaf >= 500_000 }],
  },
  options.text('json'),
);

function makeBody(): string {
  const random = new Random(7);
  const time = timeTextNow();
  const events = Array.from({ length: EVENTS }, () => {
    const bytes = Buffer.from(JSON.stringify(makeEvent(random)));
    renewEvent(bytes, 0, time);
    return bytes.toString();
  });
  return `[${events.join(',')}]`;
}

function addIds(): RecentIds {
  const recent = new RecentIds({ windowNs: 10n ** 15n, maxBytes: 4_194_304 });
  for (const { id } of records) recent.add(hasher.hash('tenant-001', id), receivedAtNs);
  return recent;
}

function growTree(): number {
  const tree = new GrowingTree();
  tree.appendAll(leaves, () => undefined);
  return tree.size;
}

function readChunks(): number {
  const columns = new RecordColumns();
  for (const chunk of chunks) columns.add(chunk);
  return columns.count;
}

function prepare(): PreparedBatch {
  const batch = new PreparedBatch(0, hasher);
  chunks.forEach((bytes, i) => {
    batch.add({ sequence: i + 1, bytes });
  });
  return batch;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

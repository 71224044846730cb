// One core, no disk, no network: what sealing the personal fields of an event costs, beside admitting it at all.
import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import {
  type AdmissionContext,
  admitEvent,
  defaultSealing,
  type FieldToSeal,
  fieldsToSeal,
  formatNs,
  parseSealedItems,
  putValues,
  type SealedItem,
  sealingPlan,
  subjectsOf,
} from '@attestlog/event';
import { LocalMasterKey } from '../../packages/server/dist/adapters/master-key/local-master-key.js';
import { openMemoryRegistry } from '../../packages/server/dist/adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../packages/server/dist/adapters/memory/memory-world.js';
import { SystemClock } from '../../packages/server/dist/adapters/system/system-clock.js';
import { SubjectKeys } from '../../packages/server/dist/privacy/keys/subject-keys.js';
import { TenantKeys } from '../../packages/server/dist/privacy/keys/tenant-keys.js';
import { freshTexts } from '../../packages/server/dist/privacy/sealing/fresh-text.js';
import { openItem } from '../../packages/server/dist/privacy/sealing/open-item.js';
import { sealFields } from '../../packages/server/dist/privacy/sealing/seal-fields.js';
import { makeEvent } from './events.js';
import { type CpuCost, measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish } from './report.js';

const options = readOptions('sealing', 'What sealing costs on one core: three personal fields of one subject.', {
  seconds: { help: 'time for each step', default: '1' },
});
const EVENTS = 1000;
const TENANT = 'tenant-001';

const plan = sealingPlan(defaultSealing);
const random = new Random(7);
const events = Array.from({ length: EVENTS }, (_, i) => ({
  ...makeEvent(random),
  id: `event-${i}`,
  time: '2025-10-06T12:54:12.025979644Z',
}));
const fields = events.map((event) => fieldsToSeal(event, plan));
/** The same events from other addresses: names stay the same from one event of a person to the next, addresses do not. */
const elsewhere = fields.map((own) =>
  own.map((field) => ({ ...field, ...(field.search && field.pointer === '/source/ip' ? otherAddress(field) : {}) })),
);
let turn = 0;
const nextFields = () => (turn++ % 2 === 0 ? elsewhere : fields);
const subjects = [...new Set(fields.flatMap(subjectsOf))];

const clock = new SystemClock();
const registry = openMemoryRegistry(new MemoryWorld().registry);
const fresh = (count: number) => randomBytes(count);
const masterKey = new LocalMasterKey([{ id: 'bench', key: randomBytes(32) }], fresh);
const tenantKeys = new TenantKeys({ registry, masterKey, clock, random: fresh, maxTenants: 10 });
const subjectKeys = new SubjectKeys({ registry, tenantKeys, clock, random: fresh, maxKeys: 100_000 });
const stopping = new AbortController();
const watching = [tenantKeys.run(stopping.signal), subjectKeys.run(stopping.signal)];
await subjectKeys.keysFor(TENANT, subjects);
await clock.sleep(50);
const keys = await subjectKeys.keysFor(TENANT, subjects);
const freshText = freshTexts(randomFillSync);

const context: AdmissionContext = {
  receivedAt: formatNs(clock.nowNs()),
  receivedAtNs: clock.nowNs(),
  newId: () => '',
  maxFutureSkewMs: 300_000,
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
};
const sealed = events.map((event, i) => seal(event, fields[i]!));
const items = sealed.map(({ sealed: text }) => parseSealedItems(text!) as SealedItem[]);
const tagged = new Map([...keys.subjects.values()].map((key) => [key.tag, key]));

/** Steps, each with all events once. */
const steps: [step: string, run: () => unknown][] = [
  ['admitEvent, nothing sealed', () => events.map((event) => admitEvent(event, context))],
  ['fieldsToSeal', () => events.map((event) => fieldsToSeal(event, plan))],
  ['keys of 1,000 events, remembered', () => subjectKeys.keysFor(TENANT, subjects)],
  ['sealFields, put in their places', () => sealNext()],
  ['all three together', () => sealAll()],
  ['parse and open', () => sealed.map(({ sealed: text }, i) => openAll(text!, events[i]!.id))],
  ['open', () => items.map((own, i) => own.map((item) => openItem(item, name(i), tagged.get(item.s)!)))],
];
const costs = new Map<string, CpuCost>(
  steps.map(([step, run]) => [step, measureCpu(run, options.number('seconds') * 1000)]),
);
stopping.abort();
await Promise.all(watching);

const perEventUs = (step: string) => (costs.get(step)!.medianMs * 1000) / EVENTS;
const admitted = perEventUs('admitEvent, nothing sealed');
const whole = perEventUs('all three together');
const meanFields = fields.reduce((sum, own) => sum + own.length, 0) / EVENTS;
const bytes = sealed.reduce((sum, { sealed: text }) => sum + text!.length, 0) / EVENTS;
await publish(
  {
    bench: 'sealing',
    settings: { events: EVENTS, subjects: subjects.length, fieldsPerEvent: meanFields, sealedBytesPerEvent: bytes },
    tables: [
      {
        title: `CPU time of one core for an event with ${meanFields} sealed fields (${Math.round(bytes)} bytes beside the entry)`,
        columns: ['step', 'µs an event', 'of admitting it'],
        rows: steps.map(([step]) => [step, perEventUs(step), `${((100 * perEventUs(step)) / admitted).toFixed(0)} %`]),
      },
    ],
    aims: [{ what: 'sealing three fields', aim: '<= 20 µs', seen: `${whole.toFixed(1)} µs`, met: whole <= 20 }],
  },
  options.text('json'),
);

/** Seals an event in its place, as intake does; then puts the values back for the next round, which costs a little more. */
function seal(event: (typeof events)[number], own: readonly FieldToSeal[]): { sealed: string | undefined } {
  const result = sealFields({ tenant: TENANT, id: event.id }, own, keys, freshText);
  if (result.problem !== undefined) throw new Error(result.problem.message);
  putValues(event, result.replacements);
  putValues(event, own);
  return result;
}

function sealAll(): unknown {
  const wanted = new Set<string>();
  for (const event of events) for (const { subject } of fieldsToSeal(event, plan)) wanted.add(subject);
  void subjectKeys.keysFor(TENANT, [...wanted]);
  return sealNext();
}

function sealNext(): unknown {
  const next = nextFields();
  return events.map((event, i) => seal(event, next[i]!));
}

function otherAddress({ value, search }: FieldToSeal): Pick<FieldToSeal, 'value' | 'search'> {
  const other = `${String(value)}0`;
  return { value: other, search: { field: search!.field, text: other } };
}

function openAll(text: string, id: string): unknown {
  return (parseSealedItems(text) as SealedItem[]).map((item) =>
    openItem(item, { tenant: TENANT, id }, tagged.get(item.s)!),
  );
}

function name(place: number): { tenant: string; id: string } {
  return { tenant: TENANT, id: events[place]!.id };
}

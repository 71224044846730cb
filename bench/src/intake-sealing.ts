// One core, no I/O: what an admission thread does with a batch (read, check, seal, write), with and without sealing.
import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import { defaultSealing, type EventInput, fieldsToSeal, formatNs, sealingPlan, subjectsOf } from '@attestlog/event';
import { LocalMasterKey } from '../../packages/server/dist/adapters/master-key/local-master-key.js';
import { openMemoryRegistry } from '../../packages/server/dist/adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../packages/server/dist/adapters/memory/memory-world.js';
import { SystemClock } from '../../packages/server/dist/adapters/system/system-clock.js';
import { type Admission, admit, type Source } from '../../packages/server/dist/intake/admission.js';
import { packAdmission } from '../../packages/server/dist/intake/admission-message.js';
import { admitTreated } from '../../packages/server/dist/intake/admit-treated.js';
import { KnownKeys } from '../../packages/server/dist/intake/known-keys.js';
import { rulesText, Treatments } from '../../packages/server/dist/intake/treatments.js';
import { SubjectKeys } from '../../packages/server/dist/privacy/keys/subject-keys.js';
import { TenantKeys } from '../../packages/server/dist/privacy/keys/tenant-keys.js';
import { freshTexts } from '../../packages/server/dist/privacy/sealing/fresh-text.js';
import { makeEvent } from './events.js';
import { measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish } from './report.js';
import { median } from './stats.js';

const options = readOptions('intake-sealing', 'What sealing adds to taking an event in, on one core, without I/O.', {
  rounds: { help: 'rounds, in each of which every step has its turn', default: '7' },
  seconds: { help: 'time for each step in a round', default: '0.5' },
  share: { help: 'part that this is of the whole server’s CPU time for an event: see `sustained`', default: '0.23' },
});
const EVENTS = 1000;
const TENANT = 'tenant-001';
/** Batches in turn, each with people at other addresses: names are the same from one event to the next, addresses not. */
const BATCHES = 4;

const random = new Random(7);
const named = Array.from({ length: BATCHES }, () => Array.from({ length: EVENTS }, (_, i) => eventOf(i)));
const nameless = named.map((batch) => batch.map(withoutPersonal));
const keys = await keysOf([...new Set(named.flat().flatMap((event) => subjectsOf(fieldsToSeal(event, plan()))))]);
const known = new KnownKeys();
known.learn(known.begin(TENANT), { ...keys, isWatched: true });
const treatment = new Treatments(freshTexts(randomFillSync)).of(rulesText({ sealing: defaultSealing })!);
const now = new SystemClock().nowNs();

const withNames = sourcesOf(named);
const withoutNames = sourcesOf(nameless);
let turn = 0;
const steps: Record<string, () => Admission> = {
  'no such field, not sealed': () => plainly(next(withoutNames)),
  'no such field, sealing on': () => sealing(next(withoutNames)),
  'three fields, not sealed': () => plainly(next(withNames)),
  'three fields, sealed': () => sealing(next(withNames)),
};
checkSealed(steps['three fields, sealed']!());

const rounds = Array.from({ length: options.number('rounds') }, () =>
  Object.values(steps).map(
    (run) => (measureCpu(() => packAdmission(1, run()), options.number('seconds') * 1000).medianMs * 1000) / EVENTS,
  ),
);
const [emptyOff, emptyOn, fieldsOff, fieldsOn] = Object.keys(steps).map((_, step) =>
  median(rounds.map((costs) => costs[step]!)),
) as [number, number, number, number];
// By ratios, so that a machine which is slow at the moment does not count.
const share = options.number('share');
const whole = (off: number, on: number) => 1 + share * (on / off - 1);
const noField = whole(emptyOff, emptyOn);
const threeFields = whole(fieldsOff, fieldsOn);

await publish(
  {
    bench: 'intake-sealing',
    settings: { events: EVENTS, subjects: keys.subjects.size, rounds: rounds.length, share },
    tables: [
      {
        title: 'CPU time of one core for an event: read, check, seal, write (medians of rounds in turn)',
        columns: ['events', 'not sealed µs', 'sealed µs', 'ratio', 'added µs', 'whole intake'],
        rows: [
          ['no such field', emptyOff, emptyOn, emptyOn / emptyOff, emptyOn - emptyOff, noField],
          [
            'three fields of a known subject',
            fieldsOff,
            fieldsOn,
            fieldsOn / fieldsOff,
            fieldsOn - fieldsOff,
            threeFields,
          ],
        ],
      },
    ],
    aims: [
      { what: 'whole intake, no such field', aim: '<= 1.15', seen: noField.toFixed(3), met: noField <= 1.15 },
      { what: 'whole intake, three fields', aim: '<= 1.35', seen: threeFields.toFixed(3), met: threeFields <= 1.35 },
    ],
  },
  options.text('json'),
);

function plan() {
  return sealingPlan(defaultSealing);
}

function eventOf(place: number): EventInput {
  return { ...makeEvent(random), id: `event-${place}`, time: '2025-10-06T12:54:12.025979644Z' };
}

/** The same event without the fields that are sealed, their text moved to where none is, so that it is as long. */
function withoutPersonal({ actor, source, ...event }: EventInput): EventInput {
  const { name, email, ...party } = actor!;
  const { ip, ...place } = source!;
  return { ...event, actor: party, source: place, metadata: { ...event.metadata, moved: `${name} ${email} ${ip}` } };
}

function sourcesOf(batches: readonly (readonly EventInput[])[]): Source[] {
  return batches.map((batch) => ({ kind: 'array', bytes: Buffer.from(JSON.stringify(batch)), maxItems: EVENTS }));
}

function next(sources: readonly Source[]): Source {
  turn += 1;
  return sources[turn % sources.length]!;
}

function context() {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  return { receivedAt: formatNs(now), receivedAtNs: now, newId: () => '', maxFutureSkewMs: 300_000, sha256 };
}

function plainly(source: Source): Admission {
  return admit(source, context());
}

function sealing(source: Source): Admission {
  const ask = () => Promise.reject(new Error('a key is not at hand'));
  return admitTreated(source, context(), { tenant: TENANT, treatment, known, ask }) as Admission;
}

function checkSealed(admission: Admission): void {
  const isSealed = admission.error === undefined && admission.outcomes.every((each) => each.ok && each.sealed);
  if (!isSealed) throw new Error('not every event was sealed');
}

async function keysOf(subjects: readonly string[]) {
  const registry = openMemoryRegistry(new MemoryWorld().registry);
  const fresh = (count: number) => randomBytes(count);
  const clock = new SystemClock();
  const masterKey = new LocalMasterKey([{ id: 'bench', key: randomBytes(32) }], fresh);
  const tenantKeys = new TenantKeys({ registry, masterKey, clock, random: fresh, maxTenants: 10 });
  return new SubjectKeys({ registry, tenantKeys, clock, random: fresh, maxKeys: 100_000 }).keysFor(TENANT, subjects);
}

// Batches of 1,000 over HTTP until they are searchable and proven, beside raw chDB and PostgreSQL.
import { join } from 'node:path';
import { BATCH_EVENTS } from './batch-load.js';
import { profileTables } from './cpu-profile.js';
import { readOptions } from './options.js';
import { type Aim, publish, type Table } from './report.js';
import { findPostgres } from './rivals/postgres-cluster.js';
import { withScratch } from './scratch.js';
import { cpuTable, type Sustained, sustainAttestlog, sustainPostgres, sustainRawChdb } from './sustained-runs.js';

const options = readOptions('sustained', `Batches of ${BATCH_EVENTS} events, counted when they are sealed.`, {
  seconds: { help: 'time for Attestlog, warm-up included', default: '120' },
  'rival-seconds': { help: 'time for each rival (default: as --seconds)' },
  'sealed-fields': { help: 'fields that the server seals, as ATTESTLOG_SEALED_FIELDS names them', default: 'none' },
  'no-rivals': { help: 'Attestlog alone', boolean: true },
  profile: { help: 'profile the server and show where its time goes; costs some of the rate', boolean: true },
});
const seconds = options.number('seconds');
const rivalSeconds = options.text('rival-seconds') === undefined ? seconds : options.number('rival-seconds');

const tables: Table[] = [];
const aims: Aim[] = [];
const measured = await withScratch(async (folder) => {
  const profile = options.is('profile') ? join(folder, 'profile') : undefined;
  const sealedFields = options.text('sealed-fields') ?? 'none';
  const ours = await sustainAttestlog({ data: join(folder, 'data'), seconds, sealedFields, profile });
  tables.push(cpuTable(ours.cpuByThread));
  if (profile !== undefined) tables.push(...(await profileTables(profile)));
  if (options.is('no-rivals')) return [ours];
  const rivals = [
    await sustainRawChdb(join(folder, 'raw-10k'), 10_000, rivalSeconds),
    await sustainRawChdb(join(folder, 'raw-25k'), 25_000, rivalSeconds),
  ];
  const postgres = findPostgres();
  if (postgres === undefined) console.log('PostgreSQL is not installed (apt-get install postgresql): left out.');
  else rivals.push(await sustainPostgres(postgres, rivalSeconds));
  return [ours, ...rivals];
});

const [ours, ...rivals] = measured as [Sustained, ...Sustained[]];
tables.unshift({
  title: `Sustained, ${seconds} s (ratios: attestlog / rival; of CPU: events for the same CPU time)`,
  columns: ['who', 'events/s', 'median window', 'CPU µs', 'bytes', 'p95 ms', 'rate ratio', 'CPU ratio', 'bytes ratio'],
  rows: measured.map((run) => [
    run.who,
    run.eventsPerSecond,
    run.medianWindow,
    run.cpuUsPerEvent,
    run.bytesPerEvent,
    run.p95Ms ?? '',
    ours.eventsPerSecond / run.eventsPerSecond,
    run.cpuUsPerEvent / ours.cpuUsPerEvent,
    ours.bytesPerEvent / run.bytesPerEvent,
  ]),
});
const rate = ours.eventsPerSecond;
aims.push({ what: 'sealed events', aim: '>= 40 k/s', seen: `${(rate / 1000).toFixed(1)} k/s`, met: rate >= 40_000 });
for (const rival of rivals) addRatios(rival);
const settings = { seconds, rivalSeconds, sealedFields: options.text('sealed-fields') };
await publish({ bench: 'sustained', settings, tables, aims }, options.text('json'));

function addRatios(rival: Sustained): void {
  const ratio = rate / rival.eventsPerSecond;
  if (rival.kind === 'chdb') {
    aims.push({ what: `of ${rival.who}`, aim: '>= 0.4', seen: ratio.toFixed(2), met: ratio >= 0.4 });
    return;
  }
  const disk = ours.bytesPerEvent / rival.bytesPerEvent;
  aims.push({ what: `of ${rival.who}`, aim: '>= 5', seen: ratio.toFixed(1), met: ratio >= 5 });
  aims.push({ what: `disk of ${rival.who}`, aim: '<= 0.25', seen: disk.toFixed(2), met: disk <= 0.25 });
}

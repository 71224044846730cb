// The SDK with its disk spool while the server is away for a minute and killed twice: is everything there once, and does
// the application stay small and quick?
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutageJob, OutageResult } from './client-outage-application.js';
import { loggedIds } from './logged-ids.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { freePort, ServerProcess } from './server-process.js';
import { runTask } from './task.js';

const options = readOptions('client-outage', 'An application logs at a steady rate while its server goes and comes.', {
  rate: { help: 'events a second', default: '5000' },
  down: { help: 'seconds without a server after the first kill', default: '60' },
  before: { help: 'seconds before the first kill', default: '15' },
  after: { help: 'seconds between its return and the second kill', default: '15' },
});
const [rate, down, before, after] = ['rate', 'down', 'before', 'after'].map((name) => options.number(name)) as [
  ...[number, number, number, number],
];
/** After the second kill the server comes back at once; the application logs for so long. */
const LAST_SECONDS = 10;

await withScratch(async (folder) => {
  const port = await freePort();
  const start = () => ServerProcess.start({ port, env: { ATTESTLOG_DATA: join(folder, 'data') } });
  let server = await start();
  try {
    const job: OutageJob = {
      url: `http://127.0.0.1:${port}`,
      key: server.key,
      folder: join(folder, 'spool'),
      eventsPerSecond: rate,
      seconds: before + down + after + LAST_SECONDS,
    };
    const running = runTask<OutageJob, OutageResult>('./client-outage-application.js', job);
    await sleep(before * 1000);
    await server.kill();
    await sleep(down * 1000);
    server = await start();
    await sleep(after * 1000);
    await server.kill();
    server = await start();
    await report(await running, await loggedIds(server, 'acme'));
  } finally {
    await server.stop();
  }
});

async function report(result: OutageResult, ids: readonly string[]): Promise<void> {
  const own = ids.filter((id) => /^e\d+$/.test(id));
  const recorded = new Set(own);
  const missing = Array.from({ length: result.events }, (_, i) => `e${i + 1}`).filter((id) => !recorded.has(id)).length;
  const twice = own.length - recorded.size;
  const up = result.residentMib.slice(2, before);
  const away = result.residentMib.slice(before + 2, before + down);
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const { p50, p99, p999, max } = result.callMicros;
  await publish(
    {
      bench: 'client-outage',
      settings: { rate, down, before, after },
      tables: [
        {
          title: `An application at ${rate} events/s; the server is killed, away for ${down} s, and killed again`,
          columns: ['', 'seen'],
          rows: [
            ['events logged', result.events],
            ['events in the log', own.length],
            ['missing', missing],
            ['twice', twice],
            ['dropped', result.dropped],
            ['requests', result.requests],
            ['tried again', result.retries],
            ['most events on disk', result.mostSpooledEvents],
            ['most events in memory', result.mostBufferedEvents],
            ['delivered after the last call, s', result.drainSeconds],
            ['memory with the server, most MiB', most(up)],
            ['memory without it, most MiB', most(away)],
            ['memory in all, most MiB', most(result.residentMib)],
            ['log() p50 µs', p50],
            ['log() p99 µs', p99],
            ['log() p99.9 µs', p999],
            ['log() longest µs', max],
          ],
        },
      ],
      aims: [
        {
          what: 'delivered exactly once',
          aim: 'none missing, none twice',
          seen: `${missing} and ${twice}`,
          met: missing + twice + result.dropped === 0,
        },
        {
          what: 'memory flat',
          aim: 'without the server <= 1.2 of with it',
          seen: (most(away) / most(up)).toFixed(2),
          met: most(away) <= 1.2 * most(up),
        },
        { what: 'log() p99, disk', aim: '<= 50 µs', seen: `${p99.toFixed(1)} µs`, met: p99 <= 50 },
      ],
    },
    options.text('json'),
  );
}

// What the settings of the audit trail are worth to an application with many users: events that writes_only saves, round
// trips that the buffer saves, and what each way of auditing adds to a request.
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditVariant, CriteriaJob, CriteriaResult } from './client-criteria-application.js';
import { loggedIds } from './logged-ids.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { freePort, ServerProcess } from './server-process.js';
import { type Latency, latencyOf } from './stats.js';
import { runTask } from './task.js';

const options = readOptions('client-criteria', 'An application with many users, audited in four ways.', {
  users: { help: 'users at once, each with a connection of its own', default: '2000' },
  seconds: { help: 'time for each way', default: '20' },
  pause: { help: 'mean pause of a user between two requests, in milliseconds', default: '2000' },
});
const [users, seconds, pauseMs] = ['users', 'seconds', 'pause'].map((name) => options.number(name)) as [
  ...[number, number, number],
];
const VARIANTS: readonly AuditVariant[] = ['none', 'one request an event', 'SDK, all', 'SDK, writes_only'];
/** Nine of ten requests read, as in most applications: lists and details are looked at far more often than changed. */
const READ_SHARE = 0.9;
const WRITES = ['POST', 'POST', 'POST', 'POST', 'PUT', 'PUT', 'PUT', 'PUT', 'PUT', 'DELETE'] as const;
const KINDS = ['tool', 'server', 'prompt', 'resource'] as const;

interface Measured extends CriteriaResult {
  variant: AuditVariant;
  requests: number;
  failed: number;
  latency: Latency;
  /** Events in the log, beside those that the application wanted there. */
  logged: number;
}

await withScratch(async (folder) => {
  const server = await ServerProcess.start({ env: { ATTESTLOG_DATA: join(folder, 'data') } });
  try {
    const measured: Measured[] = [];
    for (const [index, variant] of VARIANTS.entries()) measured.push(await measure(variant, `tenant-${index}`, server));
    await report(measured);
  } finally {
    await server.stop();
  }
});

async function measure(variant: AuditVariant, tenant: string, server: ServerProcess): Promise<Measured> {
  const port = await freePort();
  const auditUrl = `http://127.0.0.1:${server.port}`;
  const running = runTask<CriteriaJob, CriteriaResult>('./client-criteria-application.js', {
    ...{ variant, port, auditUrl, key: server.key, tenant },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: users });
  while ((await ask(agent, port, 'GET', '/tool/1')) === undefined) await sleep(50);
  // Users come within the first pause; what they see while connections are made is not counted.
  const fromMs = performance.now() + pauseMs;
  const endMs = fromMs + seconds * 1000;
  const latencies: number[] = [];
  let failed = 0;
  let requests = 0;
  const work = async (user: number) => {
    const random = new Random(user + 1);
    await sleep(random.next() * pauseMs);
    while (performance.now() < endMs) {
      const method = random.chance(READ_SHARE) ? 'GET' : random.pick(WRITES);
      const latency = await ask(agent, port, method, `/${random.pick(KINDS)}/${random.between(1, 1000)}`);
      if (latency === undefined) failed += 1;
      else if (performance.now() - latency >= fromMs) latencies.push(latency);
      requests += 1;
      await sleep(random.next() * 2 * pauseMs);
    }
  };
  await Promise.all(Array.from({ length: users }, (_, user) => work(user)));
  await ask(agent, port, 'POST', '/end');
  agent.destroy();
  const result = await running;
  const logged = variant === 'none' ? 0 : new Set(await loggedIds(server, tenant)).size;
  return { ...result, variant, requests, failed, latency: latencyOf(latencies), logged };
}

/** Milliseconds until the answer was there; undefined for none. */
function ask(agent: Agent, port: number, method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const begun = performance.now();
    const sent = request({ host: '127.0.0.1', port, method, path, agent }, (response) => {
      response.resume().once('end', () => resolve(performance.now() - begun));
    });
    sent.once('error', () => resolve(undefined));
    sent.end();
  });
}

async function report(measured: readonly Measured[]): Promise<void> {
  const [none, single, all, writes] = measured as [Measured, Measured, Measured, Measured];
  const savedEvents = 1 - writes.recordedEvents / writes.requests / (all.recordedEvents / all.requests);
  const savedTrips = 1 - all.auditRequests / all.recordedEvents;
  const lost = measured.reduce((sum, { recordedEvents, logged }) => sum + Math.max(0, recordedEvents - logged), 0);
  const failed = measured.reduce((sum, one) => sum + one.failed, 0);
  await publish(
    {
      bench: 'client-criteria',
      settings: { users, seconds, pauseMs, readShare: READ_SHARE },
      tables: [
        {
          title: `${users} users, nine of ten requests read`,
          columns: ['audit', 'requests', 'p50 ms', 'p99 ms', 'failed', 'events', 'in the log', 'round trips', 'MiB'],
          rows: measured.map(({ variant, requests, latency, ...one }) => [
            ...[variant, requests, latency.p50Ms, latency.p99Ms, one.failed, one.recordedEvents, one.logged],
            ...[one.auditRequests, one.mostResidentMib],
          ]),
        },
      ],
      aims: [
        {
          what: 'events that writes_only saves',
          aim: 'about 90 %',
          seen: percent(savedEvents),
          met: savedEvents >= 0.88,
        },
        {
          what: 'round trips that the buffer saves',
          aim: '>= 95 %',
          seen: percent(savedTrips),
          met: savedTrips >= 0.95,
        },
        {
          what: 'what the audit adds to the median request',
          aim: 'SDK: <= 0.2 of a request an event',
          seen: `${added(all, none).toFixed(2)} ms and ${added(single, none).toFixed(2)} ms`,
          met: added(all, none) <= 0.2 * Math.max(0, added(single, none)),
        },
        { what: `${users} users`, aim: 'no request fails', seen: String(failed), met: failed === 0 },
        { what: 'events lost', aim: '0', seen: String(lost), met: lost === 0 },
      ],
    },
    options.text('json'),
  );
}

function added(one: Measured, none: Measured): number {
  return one.latency.p50Ms - none.latency.p50Ms;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

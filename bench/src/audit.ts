// What the audit of the audit system costs: reads of one event, counted in a session, each on record, and unmasked.
import { join } from 'node:path';
import { HttpConnection } from './http-connection.js';
import { readOptions } from './options.js';
import { threadCpuSeconds } from './process-usage.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { latencyOf, median } from './stats.js';

const options = readOptions('audit', 'What it costs a read that it is put on record.', {
  seconds: { help: 'time for each measurement', default: '3' },
  rounds: { help: 'how often each is measured; medians are given', default: '3' },
});
const seconds = options.number('seconds');
const rounds = options.number('rounds');

interface Way {
  name: string;
  tenant: string;
  path: string;
}
const ways: readonly Way[] = [
  { name: 'health, which reads nothing', tenant: 'sessions', path: '/healthz' },
  { name: 'an event, the read counted in its session', tenant: 'sessions', path: '/api/v1/events/plain' },
  { name: 'an event, each read on record', tenant: 'each', path: '/api/v1/events/plain' },
  { name: 'an event with three sealed fields, unmasked', tenant: 'sessions', path: '/api/v1/events/sealed' },
];

interface Measured {
  p50Ms: number;
  cpuUs: number;
}
const runs = new Map<string, Measured[]>(ways.map(({ name }) => [name, []]));

await withScratch(async (folder) => {
  const env = { ATTESTLOG_DATA: join(folder, 'data'), ATTESTLOG_SEALED_FIELDS: '/actor/name,/actor/email,/source/ip' };
  const server = await ServerProcess.start({ env });
  try {
    for (const tenant of ['sessions', 'each']) await prepare(server, tenant);
    for (let round = 0; round < rounds; round++) {
      for (const way of ways) runs.get(way.name)!.push(await measure(server, way));
    }
  } finally {
    await server.stop();
  }
});

const rows = ways.map(({ name }) => {
  const measured = runs.get(name)!;
  const p50Ms = median(measured.map((run) => run.p50Ms));
  const cpuUs = median(measured.map((run) => run.cpuUs));
  return { name, p50Ms, cpuUs };
});
const counted = rows[1]!;
await publish(
  {
    bench: 'audit',
    settings: { seconds, rounds },
    tables: [
      {
        title: `Reads over one connection, medians of ${rounds} rounds of ${seconds} s`,
        columns: ['what is read', 'p50 ms', 'server CPU µs', 'CPU / counted in a session'],
        rows: rows.map(({ name, p50Ms, cpuUs }) => [name, p50Ms, cpuUs, cpuUs / counted.cpuUs]),
      },
    ],
    aims: [],
  },
  options.text('json'),
);

/** A tenant with two events, and its way of putting reads on record. */
async function prepare({ port, key }: ServerProcess, tenant: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-tenant-id': tenant };
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  };
  await post('/api/v1/tenants', { id: tenant, plan: 'unlimited', settings: { readAuditing: tenant } });
  const person = { id: 'u1', name: 'Jane Doe', email: 'jane@example.com' };
  await post('/api/v1/events/batch?wait=sealed', [
    { id: 'plain', action: 'order.approve', actor: { id: 'u1' } },
    { id: 'sealed', action: 'order.approve', actor: person, source: { ip: '192.0.2.7' } },
  ]);
}

async function measure({ port, key, pid }: ServerProcess, { tenant, path }: Way): Promise<Measured> {
  const head = [`GET ${path} HTTP/1.1`, 'Host: bench', `Authorization: Bearer ${key}`, `X-Tenant-Id: ${tenant}`];
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
  const connection = await HttpConnection.open(port);
  const times: number[] = [];
  try {
    // The first read of a session is put on record; that is not what is measured.
    await connection.send(request);
    const before = await cpuSeconds(pid);
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      const begun = performance.now();
      const { status } = await connection.send(request);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      times.push(performance.now() - begun);
    }
    const cpuUs = (((await cpuSeconds(pid)) - before) * 1e6) / times.length;
    return { p50Ms: latencyOf(times).p50Ms, cpuUs };
  } finally {
    connection.close();
  }
}

async function cpuSeconds(pid: number): Promise<number> {
  return [...(await threadCpuSeconds(pid)).values()].reduce((sum, used) => sum + used, 0);
}

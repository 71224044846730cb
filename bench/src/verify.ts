// A whole log verified by the command, beside SHA-256 over as many entries of the same size.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fill } from './fill.js';
import { readOptions } from './options.js';
import { timeTextNow } from './outgoing-event.js';
import { prepareEntries, renewEntry } from './prepared-entry.js';
import { TICKS_PER_SECOND, threadCpuSeconds } from './process-usage.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { COMMAND, ServerProcess } from './server-process.js';
import { median } from './stats.js';

const options = readOptions('verify', 'attestlog verify on one large log.', {
  events: { help: 'events in the log', default: '1000000' },
  rounds: { help: 'verifications; the median is given', default: '3' },
  data: { help: 'data folder to use, and to keep; filled up where it has fewer events' },
});
const wanted = options.number('events');
const rounds = options.number('rounds');
const TENANT = 'tenant-000';
const PREPARED_ENTRIES = 10_000;

const given = options.text('data');
const seen = await (given === undefined ? withScratch((folder) => measure(join(folder, 'data'))) : measure(given));
const events = seen.size;
const verifyRate = events / seen.verifySeconds;
const hashRate = events / seen.hashSeconds;
await publish(
  {
    bench: 'verify',
    settings: { events, rounds },
    tables: [
      {
        title: `A log of ${events} events, medians of ${rounds} rounds`,
        columns: ['what', 'seconds', 'events/s', 'ratio to SHA-256'],
        rows: [
          ['attestlog verify', seen.verifySeconds, verifyRate, verifyRate / hashRate],
          ['SHA-256 of as many entries', seen.hashSeconds, hashRate, 1],
        ],
      },
      {
        title: 'CPU time of an event, µs, medians',
        columns: ['who', 'CPU µs'],
        rows: [
          ['attestlog verify, its start included', (seen.commandCpuSeconds * 1e6) / events],
          ['the server meanwhile, all threads', (seen.serverCpuSeconds * 1e6) / events],
        ],
      },
    ],
    aims: [
      {
        what: 'events verified',
        aim: '>= 200 k/s',
        seen: `${Math.round(verifyRate / 1000)} k/s`,
        met: verifyRate >= 200_000,
      },
    ],
  },
  options.text('json'),
);

interface Seen {
  size: number;
  verifySeconds: number;
  commandCpuSeconds: number;
  serverCpuSeconds: number;
  hashSeconds: number;
}

async function measure(data: string): Promise<Seen> {
  const server = await ServerProcess.start({ env: { ATTESTLOG_DATA: data } });
  try {
    const missing = wanted - (await logSize(server));
    if (missing > 0) await fill(server, missing, TENANT);
    const size = await logSize(server);
    const seen: Omit<Seen, 'size'>[] = [];
    for (let round = 0; round < rounds; round++) {
      seen.push({ ...(await verifyOnce(server, size)), hashSeconds: hashSecondsOf(size) });
    }
    const medianOf = (name: keyof Omit<Seen, 'size'>) => median(seen.map((each) => each[name]));
    return {
      size,
      verifySeconds: medianOf('verifySeconds'),
      commandCpuSeconds: medianOf('commandCpuSeconds'),
      serverCpuSeconds: medianOf('serverCpuSeconds'),
      hashSeconds: medianOf('hashSeconds'),
    };
  } finally {
    await server.stop();
  }
}

/** 0 where the tenant is not there yet. */
async function logSize({ port, key }: ServerProcess): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'x-tenant-id': TENANT };
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/log`, { headers });
  return answer.ok ? ((await answer.json()) as { size: number }).size : 0;
}

async function verifyOnce(
  { port, key, pid }: ServerProcess,
  size: number,
): Promise<Omit<Seen, 'size' | 'hashSeconds'>> {
  const env = { PATH: process.env.PATH, ATTESTLOG_URL: `http://127.0.0.1:${port}`, ATTESTLOG_KEY: key };
  const [commandBefore, serverBefore] = [await endedChildrenCpuSeconds(), await cpuSecondsOf(pid)];
  const begun = performance.now();
  const args = [COMMAND, 'verify', '--tenant', TENANT, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const verifySeconds = (performance.now() - begun) / 1000;
  const { verified, violations } = JSON.parse(stdout) as { verified: number; violations: unknown[] };
  // The server writes into the log who looked at it, so it may have grown by a few.
  if (verified < size || violations.length > 0) throw new Error(`the log does not verify: ${stdout.slice(0, 1000)}`);
  return {
    verifySeconds,
    commandCpuSeconds: (await endedChildrenCpuSeconds()) - commandBefore,
    serverCpuSeconds: (await cpuSecondsOf(pid)) - serverBefore,
  };
}

async function cpuSecondsOf(pid: number): Promise<number> {
  return [...(await threadCpuSeconds(pid)).values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** CPU seconds of the children of this process that have ended (Linux: /proc/self/stat, cutime and cstime). */
async function endedChildrenCpuSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

function hashSecondsOf(count: number): number {
  const entries = prepareEntries(PREPARED_ENTRIES, 1);
  for (const entry of entries) renewEntry(entry, timeTextNow());
  const begun = performance.now();
  for (let i = 0; i < count; i++) hash('sha256', entries[i % PREPARED_ENTRIES]!.bytes, 'hex');
  return (performance.now() - begun) / 1000;
}

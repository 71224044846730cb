import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect } from 'vitest';
import { BackgroundProgram } from '../support/background-program.js';
import { eventually } from '../support/eventually.js';
import { lackOf, testUnless } from '../support/facility.js';
import { runProgram } from '../support/run-program.js';
import { ServerProcess } from '../support/server-process.js';
import { Certificates } from './tools/certificates.js';
import { eventsOf, messagesOf, type SyslogPorts, startSyslogServer, syslogSettings } from './tools/syslog-server.js';

const opensslLack = lackOf('openssl', ['version']);
const testLogger = testUnless(lackOf('logger', ['--version']) ?? opensslLack, 'covered nowhere else');
const testRsyslog = testUnless(
  lackOf('rsyslogd', ['-v']) ?? lackOf('sh', ['-c', 'ls /usr/lib/*/rsyslog/lmnsd_gtls.so']) ?? opensslLack,
  'covered nowhere else',
);

const SENDERS = { ATTESTLOG_SYSLOG_SENDERS: 'cert:web.example.com=acme' };

let server: ServerProcess;
let ports: SyslogPorts;
let certificates: Certificates;
let folder: string;

beforeAll(async () => {
  if (opensslLack !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'attestlog-syslog-'));
  certificates = await Certificates.create();
  ({ server, ports } = await startSyslogServer(certificates, { data: join(folder, 'data'), env: SENDERS }));
});
afterAll(async () => {
  await server?.dispose();
  await certificates?.dispose();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function log(...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram('logger', ['--server', '127.0.0.1', ...args], { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(stderr);
}

/** Waits until as many messages are found, and gives them. */
function found(tenant: string, q: string, count: number): Promise<string[]> {
  return eventually(`${count} messages of ${q} for ${tenant}`, async () => {
    const messages = await messagesOf(server, tenant, q);
    return messages.length >= count ? messages : undefined;
  });
}

testLogger('logger sends over TCP and UDP, counted and by line, in both formats', async () => {
  const tcp = ['--tcp', '--port', String(ports.tcp)];
  const udp = ['--udp', '--port', String(ports.udp)];
  const tag = ['-t', 'by-logger', '-p', 'authpriv.warning'];
  await log(...tcp, '--octet-count', ...tag, '--rfc5424', 'counted, über TCP');
  await log(...tcp, ...tag, '--rfc5424', 'by line');
  await log(...tcp, ...tag, '--rfc3164', 'in the old format');
  await log(...udp, ...tag, '--rfc5424', '--msgid', 'LOGIN', '--sd-id', 'a@32473', '--sd-param', 'k="v"', 'a datagram');
  const messages = await found('syslog', 'source.process:by-logger', 4);
  expect(messages.sort()).toEqual(['a datagram', 'by line', 'counted, über TCP', 'in the old format']);
  const [datagram] = await eventsOf(server, 'syslog', 'action:by_logger.login OR action:by-logger.login');
  expect(datagram!.event).toMatchObject({
    severity: 'warning',
    category: 'authpriv',
    metadata: {
      syslog: { structured_data: { 'a@32473': { k: 'v' } }, transport: { listener: 'udp', peer: '127.0.0.1' } },
    },
  });
  const text = await (
    await server.fetch(`/api/v1/events/${datagram!.event.id}?as=syslog`, { tenant: 'syslog' })
  ).text();
  expect(text).toMatch(/^<84>1 \S+ \S+ by-logger - LOGIN .*\[a@32473 k="v"\] a datagram$/);
});

testLogger('logger sends every line of a file over one connection', async () => {
  const count = 2000;
  const path = join(folder, 'lines');
  await writeFile(path, Array.from({ length: count }, (_, i) => `line ${i}\n`).join(''));
  await log('--tcp', '--port', String(ports.tcp), '--octet-count', '--rfc5424', '-t', 'by-file', '--file', path);
  const messages = await found('syslog', 'source.process:by-file', count);
  expect(messages).toEqual(Array.from({ length: count }, (_, i) => `line ${i}`));
});

testRsyslog(
  'rsyslog forwards a file over TLS, as the tenant of its certificate, and goes on by itself after a restart',
  async () => {
    await certificates.issue('client', 'web.example.com', 'DNS:web.example.com');
    const source = join(folder, 'app.log');
    await writeFile(source, '');
    const program = await startRsyslog(source);
    try {
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => `order ${from + i} approved\n`).join('');
      await appendFile(source, lines(0, 500));
      const before = await found('acme', 'source.process:orders', 500);
      expect(before).toEqual(Array.from({ length: 500 }, (_, i) => `order ${i} approved`));
      await server.stop();
      await appendFile(source, lines(500, 1000));
      server = await ServerProcess.start({ data: server.data, env: syslogSettings(certificates, ports, SENDERS) });
      const numbers = await eventually('the last order arrives', async () => {
        const all = await messagesOf(server, 'acme', 'source.process:orders');
        return all.at(-1) === 'order 999 approved' ? all.map((text) => Number(text.split(' ')[1])) : undefined;
      });
      // What rsyslog had written into the connection that was gone is lost by it; nothing is there twice or out of order.
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(numbers.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    } finally {
      await program.stop();
    }
    const [first] = await eventsOf(server, 'acme', 'source.process:orders "order 0 approved"');
    expect(first!.event.metadata).toMatchObject({
      syslog: { format: 'rfc5424', transport: { listener: 'tls', certificate: 'web.example.com' } },
    });
  },
);

testLogger('whoever has no certificate is cut off, which is counted and put on record', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: ports.tls, ca: await readFile(certificates.path('ca.pem')) });
  socket.on('error', () => undefined);
  socket.write('<13>1 - - intruder - - - hello\n');
  // Its refusal is an error first.
  await new Promise((resolve) => socket.once('close', resolve));
  const refusal = await eventually('the refusal is on record', async () => {
    const [found] = await eventsOf(server, 'system', 'action:access.refuse');
    return found;
  });
  expect(refusal.event).toMatchObject({ outcome: 'denied', metadata: { listener: 'syslog-tls' } });
  expect(await (await server.fetch('/metrics')).text()).toContain('attestlog_syslog_refusals_total{listener="tls"} 1');
  expect(await messagesOf(server, 'syslog', 'source.process:intruder')).toEqual([]);
});

async function startRsyslog(source: string): Promise<BackgroundProgram> {
  const configuration = join(folder, 'rsyslog.conf');
  const queue = join(folder, 'rsyslog');
  await writeFile(
    configuration,
    `global(workDirectory="${folder}" defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="${certificates.path('ca.pem')}"
  defaultNetstreamDriverCertFile="${certificates.path('client.pem')}"
  defaultNetstreamDriverKeyFile="${certificates.path('client.key')}")
module(load="imfile" mode="polling" pollingInterval="1")
input(type="imfile" file="${source}" tag="orders" addMetadata="off")
action(type="omfwd" target="127.0.0.1" port="${ports.tls}" protocol="tcp"
  template="RSYSLOG_SyslogProtocol23Format" tcp_framing="octet-counted"
  streamDriver="gtls" streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="localhost"
  queue.type="linkedList" queue.filename="${queue.split('/').at(-1)}" queue.saveOnShutdown="on"
  action.resumeRetryCount="-1" action.resumeInterval="1")
`,
  );
  return new BackgroundProgram('rsyslogd', ['-n', '-f', configuration, '-i', join(folder, 'rsyslog.pid')]);
}

// What an event in the outbox costs a transaction of PostgreSQL, and how fast relays deliver.
import {
  batchRouteSender,
  captureTriggerSql,
  createOutbox,
  drainOutbox,
  type EventSender,
  outboxSchemaSql,
  pgDatabase,
} from '@attestlog/outbox';
import pg, { type Client } from 'pg';
import { readOptions } from './options.js';
import { type Cell, publish } from './report.js';
import { findPostgres, startPostgres } from './rivals/postgres-cluster.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { type Latency, latencyOf, median } from './stats.js';

const options = readOptions('outbox', 'What an event in the outbox costs a transaction, and how fast relays deliver.', {
  seconds: { help: 'time for each measurement of transactions', default: '3' },
  rounds: { help: 'how often each is measured; medians are given', default: '3' },
  connections: { help: 'connections that write at once', default: '8' },
  events: { help: 'events that are delivered in one go', default: '20000' },
});
const seconds = options.number('seconds');
const rounds = options.number('rounds');
const events = options.number('events');
const KINDS = [
  'insert alone',
  'with a second insert',
  'with an event',
  'with an event and NOTIFY',
  'captured by trigger',
] as const;
type Kind = (typeof KINDS)[number];

const outbox = createOutbox({ environment: {} });
const programs = findPostgres();
if (programs === undefined) throw new Error('PostgreSQL (Debian: postgresql) is not installed');
const cluster = await startPostgres(programs);
const pool = new pg.Pool({
  host: cluster.sockets,
  port: cluster.port,
  user: 'postgres',
  database: 'postgres',
  max: 70,
});
// Its connections may still be closing when PostgreSQL stops.
pool.on('error', () => undefined);
try {
  await pool.query(outboxSchemaSql());
  await pool.query(`CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text, total numeric);
    CREATE TABLE captured (LIKE orders INCLUDING ALL); CREATE TABLE other (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)`);
  await pool.query(captureTriggerSql({ table: 'captured', noun: 'order' }));
  const transactions = await measureTransactions();
  const delivery = await measureDelivery();
  await publish(
    {
      bench: 'outbox',
      settings: { seconds, rounds, connections: options.number('connections'), events },
      tables: [transactions, delivery],
      aims: [],
    },
    options.text('json'),
  );
} finally {
  await pool.end();
  await cluster.stop();
}

interface Measured {
  rate: number;
  latency: Latency;
}

async function measureTransactions() {
  const rows: Cell[][] = [];
  for (const connections of [1, options.number('connections')]) {
    const measured = new Map<Kind, Measured[]>();
    for (let round = 0; round < rounds; round++) {
      // Side by side in every round, so that a slow moment of the machine hits all of them.
      for (const kind of KINDS) measured.set(kind, [...(measured.get(kind) ?? []), await write(kind, connections)]);
    }
    const rateOf = (kind: Kind) => median(measured.get(kind)!.map(({ rate }) => rate));
    for (const kind of KINDS) {
      const of = (read: (one: Measured) => number) => median(measured.get(kind)!.map(read));
      const [p50, p99] = [of(({ latency }) => latency.p50Ms), of(({ latency }) => latency.p99Ms)];
      rows.push([`${kind}, ${connections}`, rateOf(kind), rateOf(kind) / rateOf('insert alone'), p50, p99]);
    }
  }
  return {
    title: `Transactions of one insert, medians of ${rounds} rounds of ${seconds} s (ratio to the insert alone, as many connections)`,
    columns: ['what, connections', 'transactions/s', 'ratio', 'p50 ms', 'p99 ms'],
    rows,
  };
}

async function write(kind: Kind, connections: number): Promise<Measured> {
  await pool.query(outboxSchemaSql({ notify: kind === 'with an event and NOTIFY' }));
  await pool.query('TRUNCATE attestlog.outbox_event, orders, captured, other; CHECKPOINT');
  const milliseconds: number[] = [];
  const begun = performance.now();
  const writer = async () => {
    const client = await pool.connect();
    while (performance.now() - begun < seconds * 1000) {
      const before = performance.now();
      await transaction(client, kind);
      milliseconds.push(performance.now() - before);
    }
    client.release();
  };
  await Promise.all(Array.from({ length: connections }, writer));
  return { rate: milliseconds.length / ((performance.now() - begun) / 1000), latency: latencyOf(milliseconds) };
}

async function transaction(client: Client, kind: Kind): Promise<void> {
  await client.query('BEGIN');
  const table = kind === 'captured by trigger' ? 'captured' : 'orders';
  await client.query(`INSERT INTO ${table} (customer, total) VALUES ('acme', 12.50)`);
  if (kind === 'with a second insert') await client.query(`INSERT INTO other (text) VALUES ('${'x'.repeat(300)}')`);
  if (kind.startsWith('with an event')) await log(client, Math.floor(Math.random() * 1000));
  await client.query('COMMIT');
}

async function log(client: Pick<Client, 'query'>, order: number): Promise<void> {
  await outbox(client as Parameters<typeof outbox>[0]).log({
    action: 'order.place',
    actor: { type: 'user', id: 'u1' },
    targets: [{ type: 'order', id: String(order) }],
    metadata: { customer: 'acme', total: 12.5 },
  });
}

async function measureDelivery() {
  const instant: EventSender = { send: async (batch) => ({ verdicts: batch.map(() => ({ state: 'done' })) }) };
  const rows: Cell[][] = [];
  for (const relays of [1, 2]) rows.push([`to nowhere, ${relays}`, await deliver(() => instant, relays)]);
  await withScratch(async (folder) => {
    const server = await ServerProcess.start({ env: { ATTESTLOG_DATA: folder } });
    try {
      const sender = () => batchRouteSender({ url: `http://127.0.0.1:${server.port}`, apiKey: server.key });
      for (const relays of [1, 2]) rows.push([`to a server, ${relays}`, await deliver(sender, relays)]);
    } finally {
      await server.stop();
    }
  });
  return {
    title: `Delivering ${events} events that wait, of 1,000 streams`,
    columns: ['where, relays', 'events/s'],
    rows,
  };
}

async function deliver(sender: () => EventSender, relays: number): Promise<number> {
  await pool.query('TRUNCATE attestlog.outbox_event');
  for (let written = 0; written < events; written += 500) {
    const client = await pool.connect();
    await client.query('BEGIN');
    for (let order = 0; order < 500; order++) await log(client, (written + order) % 1000);
    await client.query('COMMIT');
    client.release();
  }
  await pool.query('VACUUM ANALYZE attestlog.outbox_event');
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: relays }, () => drainOutbox({ database: pgDatabase(pool), sender: sender() })),
  );
  return events / ((performance.now() - begun) / 1000);
}

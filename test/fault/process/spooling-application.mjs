// An application that logs to a disk spool until it is killed. It notes the id of every event whose call said `spooled`
// in a file of its own, after the call resolved: what is in that file must reach the log.
import { openSync, writeSync } from 'node:fs';
import { createClient } from '@attestlog/client';

const [url, key, folder, name, ledger, eventsPerTurn] = process.argv.slice(2);
const client = createClient({
  ...{ url, apiKey: key, tenant: 'acme', durability: 'disk', spool: { folder, segmentMaxBytes: 100_000 } },
  ...{ flushIntervalMs: 50, flushEvents: 200, retryMinDelayMs: 20, retryMaxDelayMs: 200, closeTimeoutMs: 60_000 },
  environment: {},
});
const noted = openSync(ledger, 'a');
let count = 0;

async function logOne() {
  count += 1;
  const { id, state, reason } = await client.log({
    id: `${name}-${count}`,
    action: 'order.approve',
    metadata: { count, padding: 'x'.repeat(count % 300) },
  });
  if (state !== 'spooled') throw new Error(`${id} is ${state}: ${reason}`);
  writeSync(noted, `${id}\n`);
}

if (eventsPerTurn === '0') {
  // The last of all: takes over what the others left, delivers it, and ends.
  await logOne();
  await client.close();
} else {
  console.log('logging');
  setInterval(() => {
    for (let i = 0; i < Number(eventsPerTurn); i++) void logOne();
  }, 5);
}

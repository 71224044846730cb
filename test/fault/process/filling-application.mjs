// An application whose spool is on a small disk, while there is no server: it logs until events are lost, says so, waits
// for its input to end, and closes. What each call said is in the file `states`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@attestlog/client';

const [url, spoolFolder, folder] = process.argv.slice(2);
const client = createClient({
  ...{ url, apiKey: 'attestlog_key_that_only_tests_use', tenant: 'acme', durability: 'disk' },
  spool: { folder: spoolFolder, segmentMaxBytes: 200_000 },
  ...{ flushIntervalMs: 50, bufferMaxEvents: 50, retryMinDelayMs: 20, retryMaxDelayMs: 200, closeTimeoutMs: 60_000 },
  environment: {},
});
const states = {};
for (let i = 0; (states.dropped ?? []).length < 20 && i < 100_000; i++) {
  const { id, state } = await client.log({ id: `e${i}`, action: 'order.approve', message: 'x'.repeat(1000) });
  states[state] = [...(states[state] ?? []), id];
}
writeFileSync(join(folder, 'states'), JSON.stringify(states));
console.log('lost some');
process.stdin.resume().once('end', async () => {
  await client.close();
});

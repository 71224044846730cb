// Changes files at a rate, as a process of its own: monitor-changes ROOT CHANGES RATE. Makes its folders, says that it is
// ready, begins when it is told to, and says how fast it was. A third of the files are new, the others changed again.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FOLDERS = 100;
/** Less often, a timer would have slept for longer than a whole slice. */
const SLICE_MS = 10;
const [root = '', changes = '0', rate = '0'] = process.argv.slice(2);
const text = 'one line of text\nand another\n'.repeat(20);

for (let folder = 0; folder < FOLDERS; folder++) mkdirSync(join(root, `d0/e${folder}`), { recursive: true });
process.send!('ready');
await once(process, 'message');
const began = performance.now();
for (let made = 0; made < Number(changes); ) {
  const due = Math.min(Number(changes), Math.ceil(((performance.now() - began) / 1000) * Number(rate)));
  for (; made < due; made++) {
    const name = made % 3 === 0 ? `new-${made}` : `again-${made % 3_000}`;
    writeFileSync(join(root, `d0/e${made % FOLDERS}/${name}`), `${made}\n${text}`);
  }
  await sleep(SLICE_MS);
}
process.send!(Number(changes) / ((performance.now() - began) / 1000));
process.disconnect();

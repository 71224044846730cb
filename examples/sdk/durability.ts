import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@attestlog/client';

const folder = await mkdtemp(join(tmpdir(), 'audit-'));

// In a file when the call resolves: it survives the process, and is sent from there.
const onDisk = createClient({ durability: 'disk', spool: { folder } });
console.log((await onDisk.log({ action: 'order.create', operation: 'create' })).state);

// Said by the server when the call resolves.
const onServer = createClient({ durability: 'server' });
console.log((await onServer.log({ action: 'order.create', operation: 'create' })).state);

// What would be lost silently elsewhere is told.
onDisk.on('refused', ({ id, reason }) => console.log(`${id} will never be recorded: ${reason}`));
onDisk.on('dropped', ({ events, reason }) => console.log(`${events} lost: ${reason}`));

await Promise.all([onDisk.close(), onServer.close()]);
console.log(onDisk.stats().delivery.acknowledged_events);

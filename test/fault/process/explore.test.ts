import { afterAll, beforeAll, expect, test } from 'vitest';
import { stat, truncate, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordedFolder } from './recorded-folder.js';
import { flipBytes } from './damage.js';
import { ServerProcess } from '../../support/server-process.js';
let folder: RecordedFolder;
beforeAll(async () => { folder = await RecordedFolder.make(); });
afterAll(() => folder.dispose());
test('x', async () => {
  const all = await folder.files('chdb/store', '');
  console.log(all.join('\n'));
  for (const name of ['data.bin', 'data.cmrk4', 'primary.cidx', 'checksums.txt', 'columns.txt', 'count.txt', 'minmax_received_at.idx', 'skp_idx_by_id.idx', 'columns_substreams.txt','partition.dat', 'serialization.json'])
  for (const how of ['truncate', 'flip', 'remove']) {
    const file = all.filter(f => f.endsWith('/'+name))[0]; if (!file) { console.log('NO', name); continue; }
    const data = await folder.copy(); const p = join(data, file); const {size} = await stat(p);
    if (how==='truncate') await truncate(p, Math.floor(size/2)); else if (how==='flip') await flipBytes(p, Math.floor(size/2), 4); else await rm(p);
    const server = await ServerProcess.launch({data});
    await server.ready().catch(()=>{});
    let more = '';
    if (!server.exited) { const r = await server.fetch('/readyz'); more = r.status + ' ' + (await r.text()).slice(0,300); more += await folder.expectWhole(server).then(()=>' WHOLE', (e:Error)=>' NOTWHOLE '+e.message.slice(0,400)); const r2 = await server.fetch('/readyz'); more += r2.status + ' ' + (await r2.text()).slice(0,300) }
    console.log('>>>', name, how, server.exited ? 'exit ' + await server.ended() + ' ' + server.log.slice(-500) : more);
    await server.kill();
  }
}, 300000);

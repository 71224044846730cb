import { runLoad } from './load-process.js';
import { batchJob, rateOf, warmupFor } from './batch-load.js';
import { ServerProcess } from './server-process.js';
import { withScratch } from './scratch.js';
import { readProfile } from './cpu-profile.js';
import { makeEvent } from './events.js';
import { Random } from './random.js';
import { admitEvent } from '@attestlog/event';
import { threadCpuSeconds, residentMib } from './process-usage.js';
const r = new Random(1); let tot=0;
for (let i=0;i<1000;i++){ const a = admitEvent(makeEvent(r), {receivedAt:'2025-10-06T12:54:12.025979644Z', receivedAtNs: 1759755252025979644n, newId:()=>'x', maxFutureSkewMs:1e9, sha256:()=>''}); if(!a.ok) throw new Error(JSON.stringify(a)); tot+=a.entry.length;}
console.log('mean entry', tot/1000);
const seconds = Number(process.argv[2] ?? 15);
await withScratch(async (folder) => {
  const prof = process.argv[3] !== 'no';
  const server = await ServerProcess.start({ env: { ATTESTLOG_DATA: folder+'/data' }, nodeArgs: prof ? ['--cpu-prof', '--cpu-prof-dir', folder+'/prof'] : [] });
  const result = await runLoad(batchJob({ port: server.port, key: server.key, seconds }));
  console.log(await threadCpuSeconds(server.pid), await residentMib(server.pid)); await server.stop();
  console.log({ack: result.acknowledged/result.seconds, sealed: rateOf(result,'sealed',warmupFor(seconds)), acked: rateOf(result,'acknowledged',warmupFor(seconds)), refused: result.refused, lat: result.latency});
  console.log(result.samples.map(s=>`${s.atSeconds.toFixed(1)} ${s.acknowledged} ${s.sealed}`).join('\n'));
  if (prof) { const p = await readProfile(folder+'/prof'); console.log('busy', p.busyShare); for (const f of p.functions.slice(0,45)) console.log(f.share.toFixed(4), f.selfMs.toFixed(0), f.name);
  const { execSync } = await import('node:child_process'); execSync(`cp ${folder}/prof/*.cpuprofile /tmp/last.cpuprofile`); }
});

import { createHash, randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { formatNs, uuidv7 } from '@attestlog/event';
import { admit } from './admission.js';
import { type AdmissionRequest, packAdmission } from './admission-message.js';
import { Treatments } from './treatments.js';

/** The code of an admission thread: reads, checks, answers; it knows nothing of the rest of the server. */
const { maxFutureSkewMs } = workerData as { maxFutureSkewMs: number };
const random = new Uint8Array(10);
const treatments = new Treatments();
const rules = {
  maxFutureSkewMs,
  newId: () => uuidv7(Date.now(), randomFillSync(random)),
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
};

parentPort!.on('message', ({ job, source, receivedAtNs, rules: text }: AdmissionRequest) => {
  const context = { ...rules, receivedAtNs, receivedAt: formatNs(receivedAtNs) };
  const admission = admit(source, text === undefined ? context : { ...context, prepare: treatments.of(text) });
  const reply = packAdmission(job, admission);
  parentPort!.postMessage(reply, [reply.entries.buffer]);
});

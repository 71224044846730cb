import { createHash, randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { formatNs, uuidv7 } from '@attestlog/event';
import { admit } from './admission.js';
import { type AdmissionRequest, packAdmission } from './admission-message.js';

/** The code of an admission thread: reads, checks, answers; it knows nothing of the rest of the server. */
const { maxFutureSkewMs } = workerData as { maxFutureSkewMs: number };
const random = new Uint8Array(10);
const rules = {
  maxFutureSkewMs,
  newId: () => uuidv7(Date.now(), randomFillSync(random)),
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
};

parentPort!.on('message', ({ job, source, receivedAtNs }: AdmissionRequest) => {
  const admission = admit(source, { ...rules, receivedAtNs, receivedAt: formatNs(receivedAtNs) });
  const reply = packAdmission(job, admission);
  parentPort!.postMessage(reply, [reply.entries.buffer]);
});

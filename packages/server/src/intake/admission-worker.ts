import { createHash, randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { formatNs, uuidv7 } from '@attestlog/event';
import type { SealingKeys } from '../privacy/keys/subject-keys.js';
import { freshTexts } from '../privacy/sealing/fresh-text.js';
import { type Admission, admit } from './admission.js';
import { type AdmissionRequest, type FromThread, packAdmission, type ToThread } from './admission-message.js';
import { admitTreated } from './admit-treated.js';
import { KnownKeys } from './known-keys.js';
import { unpackKeys } from './packed-keys.js';
import { Treatments } from './treatments.js';

/** The code of an admission thread: reads, checks, seals, answers; it knows nothing of the rest of the server. */
const { maxFutureSkewMs } = workerData as { maxFutureSkewMs: number };
const random = new Uint8Array(10);
const treatments = new Treatments(freshTexts(randomFillSync));
const known = new KnownKeys();
const rules = {
  maxFutureSkewMs,
  newId: () => uuidv7(Date.now(), randomFillSync(random)),
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
};
/** By job: what goes on when its keys come; without them, it ends. */
const waiting = new Map<number, (keys: SealingKeys | undefined) => void>();

/** There are no keys to be had for a job, and its request has failed already. */
class JobEnded extends Error {}

parentPort!.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'admit':
      return take(message);
    case 'keys': {
      const { job, keys } = message;
      const goOn = waiting.get(job);
      waiting.delete(job);
      return goOn?.(keys && unpackKeys(keys));
    }
    case 'forget':
      return known.forget(message.tenant, message.tag);
  }
});

function take(request: AdmissionRequest): void {
  const admission = admitRequest(request);
  if (!(admission instanceof Promise)) {
    reply(request.job, admission);
    return;
  }
  // Any other failure is a fault of the program: it ends the thread, and with it the requests that it has.
  admission.then(
    (admitted) => reply(request.job, admitted),
    (error) => {
      if (!(error instanceof JobEnded)) throw error;
    },
  );
}

function admitRequest({ job, source, receivedAtNs, treated }: AdmissionRequest): Admission | Promise<Admission> {
  const context = { ...rules, receivedAtNs, receivedAt: formatNs(receivedAtNs) };
  if (treated === undefined) return admit(source, context);
  const { tenant } = treated;
  const ask = (subjects: readonly string[]) => askMain(job, subjects);
  return admitTreated(source, context, { tenant, treatment: treatments.of(treated.rules), known, ask });
}

function askMain(job: number, subjects: readonly string[]): Promise<SealingKeys> {
  return new Promise((resolve, reject) => {
    waiting.set(job, (keys) => (keys === undefined ? reject(new JobEnded()) : resolve(keys)));
    send({ kind: 'keys-wanted', job, subjects });
  });
}

function reply(job: number, admission: Admission): void {
  const packed = packAdmission(job, admission);
  send(packed, [packed.entries.buffer]);
}

function send(message: FromThread, transferred: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transferred);
}

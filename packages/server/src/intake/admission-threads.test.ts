import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../testing/sample-records.js';
import type { Admission, Outcome, Source } from './admission.js';
import { AdmissionThreads } from './admission-threads.js';
import { InlineAdmitter } from './admitter.js';

const built = new URL('../../dist/intake/admission-worker.js', import.meta.url);
const unlessBuilt = existsSync(built) ? '' : ' (skipped: there is no build)';
const receivedAtNs = 1_790_000_000_123_456_789n;
const inline = new InlineAdmitter({ newId: () => 'made-inline', sha256, maxFutureSkewMs: 0 });

/** A batch of this many events of about 1 kB, of which every tenth is refused. */
function batch(count: number, name: string): Source {
  const events = Array.from({ length: count }, (_, i) => ({
    ...(i % 10 === 3 ? {} : { action: 'order.approve' }),
    id: `${name}-${i}`,
    message: 'x'.repeat(1000),
  }));
  return { kind: 'array', bytes: Uint8Array.from(Buffer.from(JSON.stringify(events))), maxItems: 1000 };
}

function outcomesOf(admission: Admission): Outcome[] {
  if (admission.error !== undefined) throw new Error(admission.error.message);
  return admission.outcomes;
}

/** As far as threads tell: the entry's bytes are compared as text. */
function seen(admission: Admission): unknown[] {
  return outcomesOf(admission).map((outcome) =>
    outcome.ok ? { id: outcome.id, timeNs: outcome.timeNs, entry: Buffer.from(outcome.entry).toString() } : outcome,
  );
}

describe.skipIf(!existsSync(built))(`admission threads${unlessBuilt}`, () => {
  let threads: AdmissionThreads;
  afterEach(() => threads.close());

  const start = (worker: URL, count = 2) => {
    threads = new AdmissionThreads({ threads: count, maxFutureSkewMs: 0, inline, worker });
  };

  it('give each of many requests at once its own outcomes, the same as this thread would', async () => {
    start(built);
    const names = Array.from({ length: 20 }, (_, i) => `request${i}`);
    const admissions = await Promise.all(names.map((name) => threads.admit(batch(100, name), receivedAtNs)));
    for (const [i, name] of names.entries()) {
      const expected = await inline.admit(batch(100, name), receivedAtNs);
      expect(seen(admissions[i]!)).toEqual(seen(expected));
    }
  });

  it('leave small requests and values to this thread, and all of them when there is no other', async () => {
    start(built);
    const small = await threads.admit({ kind: 'lines', lines: ['{"action":"a.b"}'] }, receivedAtNs);
    expect(outcomesOf(small)).toMatchObject([{ ok: true, id: 'made-inline' }]);
    await threads.close();
    start(built, 0);
    const large = await threads.admit(
      { kind: 'lines', lines: [`{"action":"a.b","message":"${'x'.repeat(40_000)}"}`] },
      receivedAtNs,
    );
    expect(outcomesOf(large)).toHaveLength(1);
  });

  it('fail the requests of a thread that dies, and go on with another', async () => {
    const deadly = new URL(
      `data:text/javascript,${encodeURIComponent(
        "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1));",
      )}`,
    );
    start(deadly, 1);
    await expect(threads.admit(batch(100, 'a'), receivedAtNs)).rejects.toThrow('an admission thread ended');
    // The one that took its place answers, or rather dies, too.
    await expect(threads.admit(batch(100, 'b'), receivedAtNs)).rejects.toThrow('an admission thread ended');
  });
});
